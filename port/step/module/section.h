// The sections of a WebAssembly module, and how one is written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

enum class Section : std::uint8_t {
    custom,
    type,
    import,
    function,
    table,
    memory,
    global,
    exports,
    start,
    element,
    code,
    data,
    data_count,
};
inline constexpr std::size_t kSections = 13;

// Where a section may stand among the others. The data count is the newest, and stands before the code.
constexpr int order_of(Section section) {
    constexpr std::array<int, kSections> kOrder{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10};
    return kOrder[static_cast<std::size_t>(section)];
}

inline constexpr std::array<std::byte, 8> kModuleHeader{std::byte{0}, std::byte{'a'}, std::byte{'s'}, std::byte{'m'},
                                                        std::byte{1}, std::byte{0},   std::byte{0},   std::byte{0}};

void append_number(std::vector<std::byte>& to, std::uint32_t number);
void append_name(std::vector<std::byte>& to, std::string_view name);
void append_section(std::vector<std::byte>& to, Section section, Bytes body);

} // namespace thumbnailer
