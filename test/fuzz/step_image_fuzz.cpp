// The loader of translations: it maps what it accepts, and the relocations of that stay inside of the image.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "os/descriptor.h"
#include "step/image/relocation.h"
#include "step/image/step_image.h"

using namespace thumbnailer;

namespace {

constexpr std::uint64_t kSmall = 1 << 20;

// Into memory of which the sanitizer knows the ends.
void relocate_on_heap(Bytes file) {
    const auto layout = ElfLayout::read(file);
    if (!layout || layout->span > kSmall) return;
    std::vector<std::byte> image(layout->span);
    const auto relocated = relocate(*layout, file, image.data());
    static_cast<void>(relocated);
}

void map(Bytes file) {
    const Descriptor memory(::memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory || ::write(memory.get(), file.data(), file.size()) != static_cast<ssize_t>(file.size()) ||
        ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) != 0)
        return;
    if (const auto image = StepImage::map(memory.get())) {
        const auto renewed = image->renew_data();
        static_cast<void>(renewed);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes file(reinterpret_cast<const std::byte*>(data), size);
    relocate_on_heap(file);
    map(file);
    return 0;
}
