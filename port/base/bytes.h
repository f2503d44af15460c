// Views of bytes that belong to somebody else, and text as bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace thumbnailer {

using Bytes = std::span<const std::byte>;

inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string_view text_of(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

} // namespace thumbnailer
