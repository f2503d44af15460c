#include "step/translate/toolchain.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <initializer_list>

namespace thumbnailer {

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 2> kFolders{"/usr/bin", "/usr/local/bin"};
// Versions of clang and lld that can be installed side by side; the name without a number comes first.
constexpr int kOldestLlvm = 14;
constexpr int kNewestLlvm = 21;

std::string find_program(const std::string& name) {
    for (const char* folder : kFolders)
        if (std::string path = std::string(folder) + "/" + name; ::access(path.c_str(), X_OK) == 0) return path;
    return "";
}

std::string find_llvm(const std::string& name) {
    std::string found = find_program(name);
    for (int version = kNewestLlvm; found.empty() && version >= kOldestLlvm; --version)
        found = find_program(name + "-" + std::to_string(version));
    return found;
}

std::string triple_of(Architecture target) { return std::string(name_of(target)) + "-linux-gnu"; }

// The compiler proper of the newest gcc: the command gcc would start it, and a confined tool starts nothing.
std::string find_cc1(Architecture target) {
    std::string newest;
    int newest_version = 0;
    for (const char* folder : {"/usr/lib/gcc/", "/usr/libexec/gcc/"}) {
        std::error_code error;
        for (const auto& each : fs::directory_iterator(folder + triple_of(target), error)) {
            const std::string name = each.path().filename();
            int version = 0;
            std::from_chars(name.data(), name.data() + name.size(), version);
            const std::string path = each.path() / "cc1";
            if (version <= newest_version || ::access(path.c_str(), X_OK) != 0) continue;
            newest_version = version;
            newest = path;
        }
    }
    return newest;
}

// `-fwrapv` and its neighbours: wasm2c's output relies on what C leaves open. `-ffp-contract=off`: or architectures
// compute different numbers. `-fstack-clash-protection`: or a large frame steps over the guard of the stack.
constexpr std::array kCompilerFlags{
    "-O2",
    "-std=gnu11",
    "-w",
    "-nostdinc",
    "-I.",
    "-Ilibc",
    "-include",
    "facts.h",
    "-ffreestanding",
    "-fno-builtin",
    "-fPIC",
    "-fvisibility=hidden",
    "-fwrapv",
    "-fno-strict-aliasing",
    "-fno-delete-null-pointer-checks",
    "-fno-math-errno",
    "-ffp-contract=off",
    "-fno-asynchronous-unwind-tables",
    "-fno-stack-protector",
    "-fstack-clash-protection",
};

std::vector<std::string> joined(std::initializer_list<std::string> first, std::initializer_list<std::string> last) {
    std::vector<std::string> words(first);
    words.insert(words.end(), kCompilerFlags.begin(), kCompilerFlags.end());
    words.insert(words.end(), last);
    return words;
}

Failure missing(const Toolchain& tools, Architecture target) {
    std::string what;
    const auto note = [&](const std::string& path, const char* name) {
        if (path.empty()) what.append(what.empty() ? "" : ", ").append(name);
    };
    const bool gcc = tools.compiler == Compiler::gcc;
    note(tools.wasm_validate, "wasm-validate");
    note(tools.wasm2c, "wasm2c");
    note(tools.cc, gcc ? "cc1" : "clang");
    if (gcc) note(tools.assembler, "as");
    note(tools.linker, gcc ? "ld" : "ld.lld");
    return {Reason::untranslated, "to translate a step for " + std::string(name_of(target)) + " needs " + what +
                                      ": apt-get install wabt " + (gcc ? "gcc" : "clang lld")};
}

bool is_complete(const Toolchain& tools) {
    const bool assembles = tools.compiler == Compiler::clang || !tools.assembler.empty();
    return !tools.wasm_validate.empty() && !tools.wasm2c.empty() && !tools.cc.empty() && assembles &&
           !tools.linker.empty();
}

} // namespace

Result<Toolchain> find_toolchain(Architecture target) {
    if (target != native_architecture()) return find_toolchain(target, Compiler::clang);
    auto gcc = find_toolchain(target, Compiler::gcc);
    if (gcc) return gcc;
    auto clang = find_toolchain(target, Compiler::clang);
    return clang ? clang : gcc;
}

Result<Toolchain> find_toolchain(Architecture target, Compiler compiler) {
    Toolchain tools;
    tools.compiler = compiler;
    tools.wasm_validate = find_program("wasm-validate");
    tools.wasm2c = find_program("wasm2c");
    if (compiler == Compiler::gcc) {
        tools.cc = find_cc1(target);
        tools.assembler = find_program(triple_of(target) + "-as");
        tools.linker = find_program(triple_of(target) + "-ld.bfd");
    } else {
        tools.cc = find_llvm("clang");
        tools.linker = find_llvm("ld.lld");
    }
    if (!is_complete(tools)) return missing(tools, target);
    return tools;
}

// It knows vector instructions, and wasm2c 1.0.32 falls over them.
std::vector<std::string> validate_command(const Toolchain& tools) {
    return {tools.wasm_validate, "--disable-simd", "module.wasm"};
}

std::vector<std::string> wasm2c_command(const Toolchain& tools) {
    return {tools.wasm2c, "--no-debug-names", "-n", "step", "-o", "module.c", "module.wasm"};
}

std::vector<std::string> compile_command(const Toolchain& tools, Architecture target) {
    if (tools.compiler == Compiler::gcc) // which would make calls of memcpy out of memcpy
        return joined({tools.cc, "-quiet", "-fno-tree-loop-distribute-patterns"}, {"translation.c", "-o", "step.s"});
    return joined({tools.cc, "--target=" + triple_of(target), "-c"}, {"translation.c", "-o", "step.o"});
}

std::vector<std::string> assemble_command(const Toolchain& tools) {
    return {tools.assembler, "step.s", "-o", "step.o"};
}

std::vector<std::string> link_command(const Toolchain& tools, Architecture target) {
    std::vector<std::string> words{tools.linker,
                                   "-shared",
                                   "--entry=step_entry",
                                   "--build-id=none",
                                   "--strip-all",
                                   "-z",
                                   "noexecstack",
                                   "-z",
                                   "norelro",
                                   "-z",
                                   "separate-code",
                                   "-z",
                                   "max-page-size=" + std::to_string(page_of(target))};
    if (tools.compiler == Compiler::clang) words.push_back("--threads=1");
    words.insert(words.end(), {"step.o", "-o", "step.elf"});
    return words;
}

} // namespace thumbnailer
