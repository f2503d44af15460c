// Translations that no translator would make: written in C, with the note of a translation, and linked by gcc.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/step_modules.h"

namespace thumbnailer::test {

inline bool has_gcc() { return ::access("/usr/bin/gcc", X_OK) == 0; }

// `body`: of step_entry, which has `host`, `call` and `a`. Before it anything can stand. `note`: the fields of the
// note.
struct NativeStep {
    std::string before = "";
    std::string body = "return 0;";
    std::string note = "1, STEP_RUNTIME_VERSION";
    std::string flags = "-Wl,-z,norelro,-z,separate-code,-z,noexecstack -nostdlib";

    std::vector<std::byte> linked() const {
        std::array<char, 40> folder{"/tmp/thumbnailer-native-XXXXXX"};
        REQUIRE(::mkdtemp(folder.data()) != nullptr);
        const std::filesystem::path path(folder.data());
        std::ofstream(path / "step.c") << source();
        const std::string command = "/usr/bin/gcc -O1 -w -shared -fPIC -fvisibility=hidden -fno-stack-protector -s "
                                    "-Wl,--build-id=none,-e,step_entry -I" +
                                    std::string(THUMBNAILER_ROOT) + "/port/step/runtime " + flags + " -o " +
                                    (path / "step.elf").string() + " " + (path / "step.c").string();
        const bool made = std::system(command.c_str()) == 0;
        auto bytes = made ? bytes_in(path / "step.elf") : std::vector<std::byte>();
        std::filesystem::remove_all(path);
        REQUIRE_MESSAGE(made, command);
        return bytes;
    }

private:
    std::string source() const {
        return "#include \"entry.h\"\n" + before +
               "\n__attribute__((visibility(\"default\")))\n"
               "uint64_t step_entry(const struct StepHost* host, uint32_t call, const uint32_t* a) {" +
               body +
               "}\n"
               "__attribute__((used, section(\".note.thumbnailer\"), aligned(4))) static const struct {\n"
               "    uint32_t name_size, size, type; char name[12]; struct StepNote note;\n"
               "} note_ = {12, sizeof(struct StepNote), STEP_NOTE_TYPE, STEP_NOTE_NAME, {" +
               note + "}};\n";
    }
};

} // namespace thumbnailer::test

#define SKIP_WITHOUT_GCC()                                                                                             \
    if (!::thumbnailer::test::has_gcc()) {                                                                             \
        MESSAGE("skipped: gcc is not installed");                                                                      \
        return;                                                                                                        \
    }
