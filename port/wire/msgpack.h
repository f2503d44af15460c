// MessagePack, read and written by msgpack-c: for clients whose language has no external term format.
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

// The term borrows from `payload`. Fails with bad_term; the message ends with the offset of the value that
// was refused: ext, what does not fit (integers beyond int64, nan, infinity, str that is not UTF-8), a count
// that the bytes left cannot hold, a key given twice, bytes after the value, limits of base/term_limits.h.
Result<Term> decode(Bytes payload);

// Appends one encoded value; large binaries are referenced, not copied (see wire/payload.h).
void encode(const Term& term, Payload& payload);

} // namespace thumbnailer::msgpack
