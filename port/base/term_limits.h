// The limits that every decoder of terms enforces, so that no input uses more memory or time than its length justifies.
#pragma once

#include <cstddef>

#include "base/term.h"

namespace thumbnailer {

// Nesting of lists, tuples and maps: [[]] has depth 2. A request has depth 5.
inline constexpr std::size_t kMaxDepth = 16;
// Atoms, numbers, binaries, lists, tuples, maps and their keys. A request for 64 outputs of 8 options has 1,100.
inline constexpr std::size_t kMaxNodes = 4096;

// Whether two keys of the map are the same value. It sorts the keys, because comparing all pairs would take minutes for
// a frame full of keys.
bool has_duplicate_key(const Map& map);

// Equal type and equal value: 1, 1.0, a and <<"a">> all differ. The order of a map does not matter.
bool operator==(const Term& left, const Term& right);

} // namespace thumbnailer
