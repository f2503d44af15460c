// How large a module may be, so that its translation ends in reasonable time and memory. The translator ends a
// translation that takes too long all the same, see step/translate/.
#pragma once

#include <cstddef>
#include <cstdint>

namespace thumbnailer {

struct ModuleLimits {
    std::size_t file_bytes = std::size_t{32} << 20;   // as it comes, with what debuggers want
    std::size_t module_bytes = std::size_t{4} << 20;  // without custom sections
    std::size_t section_bytes = std::size_t{1} << 20; // of those that become tables in C: types, globals, elements
    std::uint32_t memory_pages = 4096;                // of 64 KiB: 256 MiB
    std::uint32_t table_elements = 65536;             // of all tables together
    std::uint32_t types = 1024;
    std::uint32_t values = 60; // parameters and result of one function
    std::uint32_t functions = 20'000;
    std::uint32_t globals = 10'000;
    std::uint32_t body_bytes = 256 * 1024;
    std::uint32_t locals = 50'000; // of one function
};

} // namespace thumbnailer
