// The programs of others that turn a module into machine code, where Debian installs them.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "step/image/elf_layout.h"

namespace thumbnailer {

// What compiles. gcc makes faster code and takes less memory, but only for the machine that it runs on.
enum class Compiler : std::uint8_t { gcc, clang };

struct Toolchain {
    Compiler compiler = Compiler::gcc;
    std::string wasm_validate;
    std::string wasm2c;
    std::string cc;        // gcc's cc1, or clang
    std::string assembler; // with gcc
    std::string linker;
};

// With gcc where it will do, else with clang. Fails with untranslated, and says what to install.
Result<Toolchain> find_toolchain(Architecture target);
// With this compiler. The same.
Result<Toolchain> find_toolchain(Architecture target, Compiler compiler);

// The command lines, for files in the working directory: module.wasm is read, module.c, step.s, step.o come and go,
// step.elf is made. `runtime`: the folder with the files of step/runtime.
std::vector<std::string> validate_command(const Toolchain& tools);
std::vector<std::string> wasm2c_command(const Toolchain& tools);
std::vector<std::string> compile_command(const Toolchain& tools, Architecture target);
std::vector<std::string> assemble_command(const Toolchain& tools);
std::vector<std::string> link_command(const Toolchain& tools, Architecture target);

} // namespace thumbnailer
