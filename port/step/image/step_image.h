// A translated step as memory of this process, mapped from sealed memory. Whoever maps it runs, relocates and resolves
// nothing of it; a worker inherits the mapping with the fork and prepares the data in its sandbox. There is no dynamic
// linker.
#pragma once

#include "base/result.h"
#include "step/image/address_range.h"
#include "step/image/elf_layout.h"

namespace thumbnailer {

class StepImage {
public:
    // The longest translation.
    static constexpr std::size_t kMaxBytes = std::size_t{32} << 20;

    // `sealed`: memory that nobody can write, grow or shrink any more. Fails with bad_step for what is no translation
    // for this program, with internal when the kernel refuses.
    static Result<StepImage> map(int sealed);

    // In a worker: gives the data the values that it has in the file, and its pointers the addresses where the image
    // lies. Before each use. Fails with bad_step for relocations of another kind.
    Result<Done> renew_data() const;

    StepEntry* entry() const { return reinterpret_cast<StepEntry*>(image_.begin() + layout_.entry); }
    std::size_t bytes() const { return size_; }
    const StepNote& note() const { return layout_.note; }
    const ElfLayout& layout() const { return layout_; }

private:
    StepImage(AddressRange file, std::size_t size, ElfLayout layout, AddressRange image)
        : file_(std::move(file)), size_(size), layout_(std::move(layout)), image_(std::move(image)) {}
    Bytes file() const { return {file_.begin(), size_}; }

    AddressRange file_; // as it is, to be read
    std::size_t size_;
    ElfLayout layout_;
    AddressRange image_; // as it runs
};

} // namespace thumbnailer
