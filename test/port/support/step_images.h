// Translations for tests, mapped as the server maps them. Each module is translated once in a run of the tests.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <map>
#include <string>

#include "os/descriptor.h"
#include "step/image/step_image.h"
#include "step/translate/translator.h"
#include "support/step_modules.h"

namespace thumbnailer::test {

inline bool has_toolchain() { return static_cast<bool>(find_toolchain(*native_architecture())); }

inline Descriptor sealed(Bytes bytes, int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) {
    Descriptor memory(::memfd_create("step", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    REQUIRE(::write(memory.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    REQUIRE(::fcntl(memory.get(), F_ADD_SEALS, seals) == 0);
    return memory;
}

inline const std::vector<std::byte>& translated(const std::vector<std::byte>& module) {
    static std::map<std::string, std::vector<std::byte>> made;
    const std::string key(text_of(module));
    const auto found = made.find(key);
    if (found != made.end()) return found->second;
    auto translation = translate_step(module, *native_architecture());
    REQUIRE_MESSAGE(translation, translation.error().message);
    return made[key] = std::move(*translation);
}

inline StepImage image_of(Bytes translation) {
    auto image = StepImage::map(sealed(translation).get());
    REQUIRE_MESSAGE(image, image.error().message);
    return std::move(*image);
}

inline StepImage image_of_sample(const std::string& name) { return image_of(translated(bytes_in(sample_step(name)))); }

// The step of test/port/step/modules/NAME.wat.
inline StepImage image_of_text(const std::string& name) {
    const auto path = std::filesystem::path(THUMBNAILER_ROOT) / "test/port/step/modules" / (name + ".wat");
    return image_of(translated(assemble(text_in_file(path))));
}

} // namespace thumbnailer::test

#define SKIP_WITHOUT_TOOLCHAIN()                                                                                       \
    if (!::thumbnailer::test::has_wat2wasm() || !::thumbnailer::test::has_toolchain()) {                               \
        MESSAGE("skipped: what translates steps is not installed (apt: wabt gcc, or wabt clang lld)");                 \
        return;                                                                                                        \
    }
