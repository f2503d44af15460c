// The rules that every reader of terms keeps, whatever the bytes look like, so that no input costs more than its frame
// is worth.
#pragma once

#include <cstddef>

#include "base/term.h"

namespace thumbnailer {

// Lists, tuples and maps around a value, itself included: [[]] is 2 deep. A request is 5 deep.
inline constexpr std::size_t kMaxDepth = 16;
// Atoms, numbers, binaries, lists, tuples, maps and their keys. A request for 64 outputs of 8 options has 1,100.
inline constexpr std::size_t kMaxNodes = 4096;

// Whether two keys of the map are the same value. Sorts: comparing each key with each other one would take
// minutes for a frame full of keys.
bool has_duplicate_key(const Map& map);

// The same kind and the same value: 1, 1.0, a and <<"a">> all differ. Maps are equal in any order.
bool operator==(const Term& left, const Term& right);

} // namespace thumbnailer
