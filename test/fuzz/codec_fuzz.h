// What holds of any codec: bytes are refused as bad_term, or they are a term that keeps through writing, reading and
// printing. Whatever breaks that ends the process, which is how libFuzzer learns of it.
#pragma once

#include <cstdlib>

#include "base/term_limits.h"
#include "text/print.h"
#include "wire/codec.h"

namespace thumbnailer::fuzz {

inline void require(bool truth) {
    if (!truth) std::abort();
}

inline void check_codec(const Codec& codec, Bytes payload) {
    const auto term = codec.decode(payload);
    if (!term) return require(term.error().reason == Reason::bad_term);
    Payload written;
    codec.encode(*term, written);
    const std::string again = written.flat();
    const auto reread = codec.decode(bytes_of(again));
    require(reread && *reread == *term);
    text::print(*term);
}

} // namespace thumbnailer::fuzz
