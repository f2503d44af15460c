// A module that is a step, and what the run time must know of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace thumbnailer {

struct CheckedModule {
    std::vector<std::byte> bytes; // rewritten
    bool has_size = false;        // exports step_size
    bool has_initialize = false;  // exports _initialize
    std::uint32_t types = 0;
    std::uint32_t table_elements = 0;
};

} // namespace thumbnailer
