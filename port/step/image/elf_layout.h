// Where things lie in a translation, which is an ELF file: what the loader needs, every offset compared with the file.
// Nothing of its code or data is looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "step/runtime/entry.h"

namespace thumbnailer {

enum class Architecture : std::uint8_t { x86_64, aarch64 };

// "x86_64" or "aarch64".
std::string_view name_of(Architecture architecture);
std::optional<Architecture> architecture_named(std::string_view name);
// The one that this program runs on; none when it is another than those two.
std::optional<Architecture> native_architecture();
// The largest page that its kernels use: segments begin at multiples of it.
std::size_t page_of(Architecture architecture);

struct ElfSegment {
    std::uint64_t address = 0; // from the start of the image
    std::uint64_t size = 0;    // in memory
    std::uint64_t offset = 0;  // in the file
    std::uint64_t file_size = 0;
    bool writable = false;
    bool executable = false;

    bool holds(std::uint64_t at, std::uint64_t bytes) const {
        return at >= address && at - address <= size && bytes <= size - (at - address);
    }
};

struct ElfLayout {
    Architecture architecture = Architecture::x86_64;
    std::uint64_t span = 0;  // bytes of address space
    std::uint64_t entry = 0; // of StepEntry, as an address
    std::vector<ElfSegment> segments;
    std::optional<ElfSegment> data;    // the writable segment
    std::optional<ElfSegment> dynamic; // the dynamic table, as bytes of the file
    StepNote note{};

    // Fails with bad_step.
    static Result<ElfLayout> read(Bytes file);
};

} // namespace thumbnailer
