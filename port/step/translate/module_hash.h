// The SHA-256 of a module as its author wrote it: what a translation belongs to.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace thumbnailer {

using ModuleHash = std::array<std::uint8_t, 32>;

ModuleHash hash_of(Bytes module);
// 64 digits.
std::string hex_of(const ModuleHash& hash);

} // namespace thumbnailer
