// The checker of step modules: what it accepts is small enough for the tools, keeps no name of the author's, and is
// accepted again as it is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "step/module/check.h"

using namespace thumbnailer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto once = check_module({reinterpret_cast<const std::byte*>(data), size});
    if (!once) return 0;
    const auto twice = check_module(once->bytes);
    if (!twice || twice->bytes != once->bytes) std::abort();
    return 0;
}
