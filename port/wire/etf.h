// Erlang's external term format, version 131, with checks of all bounds, because frames are untrusted.
// https://www.erlang.org/doc/apps/erts/erl_ext_dist
#pragma once

#include "base/result.h"
#include "base/term.h"
#include "wire/payload.h"

namespace thumbnailer::etf {

// The term borrows from `payload`. Fails with bad_term, whose message names the tag and its offset.
Result<Term> decode(Bytes payload);

// Appends one encoded term; large binaries are referenced, not copied (see wire/payload.h).
void encode(const Term& term, Payload& payload);

} // namespace thumbnailer::etf
