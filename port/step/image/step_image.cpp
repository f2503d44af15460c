#include "step/image/step_image.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "step/image/relocation.h"

namespace thumbnailer {

namespace {

constexpr int kNeededSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;

Failure refused_by_kernel(const char* what) {
    return {Reason::internal, std::string("a step: ") + what + ": " + std::strerror(errno)};
}

Result<std::size_t> size_of_sealed(int memory) {
    struct stat status {};
    if (::fstat(memory, &status) != 0) return refused_by_kernel("the size of its translation");
    const int seals = ::fcntl(memory, F_GET_SEALS);
    if (seals < 0 || (seals & kNeededSeals) != kNeededSeals)
        return Failure{Reason::bad_step, "the translation is not in sealed memory"};
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0 || size > StepImage::kMaxBytes)
        return Failure{Reason::bad_step, "the translation has " + std::to_string(size) + " bytes, at most " +
                                             std::to_string(StepImage::kMaxBytes) + " are accepted"};
    return size;
}

// Whether a translation is for this program, and for the machine that it runs on.
Result<Done> check_fits(const ElfLayout& layout) {
    const auto native = native_architecture();
    if (!native) return Failure{Reason::bad_step, "there are no steps on this architecture"};
    if (layout.architecture != *native)
        return Failure{Reason::bad_step, "the translation is for " + std::string(name_of(layout.architecture)) +
                                             ", this program runs on " + std::string(name_of(*native))};
    if (layout.note.runtime != STEP_RUNTIME_VERSION)
        return Failure{Reason::bad_step, "the translation is for run time " + std::to_string(layout.note.runtime) +
                                             " of steps, this program has " + std::to_string(STEP_RUNTIME_VERSION)};
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    if (page_of(layout.architecture) % page != 0)
        return Failure{Reason::bad_step, "the translation is not for pages of " + std::to_string(page) + " bytes"};
    return Done{};
}

bool map_fixed(std::byte* at, std::size_t size, int protection, int flags, int memory, std::uint64_t offset) {
    return ::mmap(at, size, protection, MAP_PRIVATE | MAP_FIXED | flags, memory, static_cast<off_t>(offset)) !=
           MAP_FAILED;
}

Result<Done> map_segment(const ElfSegment& segment, std::size_t page, int memory, const AddressRange& image) {
    const std::uint64_t head = segment.address % page;
    std::byte* const at = image.begin() + (segment.address - head);
    if (segment.size == 0) return Done{};
    const bool mapped = segment.writable
                            ? map_fixed(at, head + segment.size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS, -1, 0)
                            : map_fixed(at, head + segment.size, segment.executable ? PROT_READ | PROT_EXEC : PROT_READ,
                                        0, memory, segment.offset - head);
    if (!mapped) return refused_by_kernel("mapping a segment");
    return Done{};
}

} // namespace

Result<StepImage> StepImage::map(int sealed) {
    const auto size = size_of_sealed(sealed);
    if (!size) return size.error();
    AddressRange file = AddressRange::reserve(*size);
    if (!file || !map_fixed(file.begin(), *size, PROT_READ, 0, sealed, 0)) return refused_by_kernel("mapping it");
    auto layout = ElfLayout::read({file.begin(), *size});
    if (!layout) return std::move(layout).error();
    if (auto fits = check_fits(*layout); !fits) return std::move(fits).error();
    AddressRange image = AddressRange::reserve(layout->span);
    if (!image) return refused_by_kernel("address space");
    for (const ElfSegment& segment : layout->segments)
        if (auto mapped = map_segment(segment, page_of(layout->architecture), sealed, image); !mapped)
            return std::move(mapped).error();
    return StepImage(std::move(file), *size, std::move(*layout), std::move(image));
}

Result<Done> StepImage::renew_data() const {
    if (!layout_.data) return Done{};
    const ElfSegment& data = *layout_.data;
    std::byte* const at = image_.begin() + data.address;
    std::memcpy(at, file().data() + data.offset, data.file_size);
    std::memset(at + data.file_size, 0, data.size - data.file_size);
    return relocate(layout_, file(), image_.begin());
}

} // namespace thumbnailer
