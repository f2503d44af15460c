// MessagePack, by msgpack-c, for clients in languages without an external term format.
// https://github.com/msgpack/msgpack/blob/master/spec.md
//
//    nil, true, false  <->  the atoms nil, true, false       array  ->  list;  list, tuple  ->  array
//    str               <->  any other atom                    map   <->  map
//    bin               <->  binary                            int, float  <->  integer, float
#pragma once

#include "base/result.h"
#include "base/term.h"
#include "wire/payload.h"

namespace thumbnailer::msgpack {

// The term borrows from `payload`. Fails with bad_term; the message ends with the offset of the refused value: ext,
// integers beyond int64, nan, infinity, str that is not UTF-8, a count larger than the bytes left, a duplicate key,
// bytes after the value, limits of base/term_limits.h.
Result<Term> decode(Bytes payload);

// Appends one encoded value; large binaries are referenced, not copied (see wire/payload.h).
void encode(const Term& term, Payload& payload);

} // namespace thumbnailer::msgpack
