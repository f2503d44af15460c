// Encodes and decodes terms. The command line selects the codec; it is never guessed from the bytes.
#pragma once

#include "base/result.h"
#include "base/term.h"
#include "wire/payload.h"

namespace thumbnailer {

struct Codec {
    std::string_view name;
    Result<Term> (*decode)(Bytes payload);
    void (*encode)(const Term& term, Payload& payload);
};

// nullptr if there is no codec of this name.
const Codec* codec_named(std::string_view name);
const Codec& etf_codec();
std::string codec_names();

} // namespace thumbnailer
