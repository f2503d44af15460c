// Modules for tests of steps, written as WebAssembly text and assembled by wat2wasm (on Debian: wabt).
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer::test {

inline std::vector<std::byte> bytes_in(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const Bytes bytes = bytes_of(text);
    return {bytes.begin(), bytes.end()};
}

inline std::string text_in_file(const std::filesystem::path& path) {
    const auto bytes = bytes_in(path);
    return std::string(text_of(bytes));
}

inline std::filesystem::path sample_step(const std::string& name) {
    return std::filesystem::path(THUMBNAILER_ROOT) / "samples/steps" / (name + ".wasm");
}

inline bool has_wat2wasm() { return ::access("/usr/bin/wat2wasm", X_OK) == 0; }

// Without checks, so that modules can be wrong.
inline std::vector<std::byte> assemble(const std::string& text) {
    std::array<char, 40> folder{"/tmp/thumbnailer-wat-XXXXXX"};
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    const std::filesystem::path path(folder.data());
    std::ofstream(path / "module.wat") << text;
    const std::string command =
        "/usr/bin/wat2wasm --no-check --enable-threads --enable-multi-memory --enable-memory64 -o " +
        (path / "module.wasm").string() + " " + (path / "module.wat").string();
    const bool assembled = std::system(command.c_str()) == 0;
    auto bytes = assembled ? bytes_in(path / "module.wasm") : std::vector<std::byte>();
    std::filesystem::remove_all(path);
    REQUIRE_MESSAGE(assembled, text);
    return bytes;
}

// A step that copies the source; a test puts something else in the place of a part.
struct StepParts {
    std::string memory = R"((memory (export "memory") 4))";
    std::string describe = R"((func (export "step_describe") (result i32) (i32.const 8)))";
    std::string alloc = R"((global $top (mut i32) (i32.const 65536))
        (func $alloc (export "step_alloc") (param $size i32) (result i32) (local $at i32)
            (local.set $at (global.get $top))
            (global.set $top (i32.and (i32.add (i32.add (local.get $at) (local.get $size)) (i32.const 15)) (i32.const -16)))
            (if (i32.gt_u (global.get $top) (i32.mul (memory.size) (i32.const 65536)))
                (then (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get $size) (i32.const 65536)))))
                    (then (return (i32.const 0))))))
            (local.get $at)))";
    std::string size = "";
    std::string run =
        R"((func (export "step_run") (param $source i32) (param $result i32) (param $width i32) (param $height i32)
            (param $parameters i32) (result i32)
            (memory.copy (local.get $result) (local.get $source)
                (i32.mul (i32.const 4) (i32.mul (local.get $width) (local.get $height))))
            (i32.const 0)))";
    std::string data = R"((data (i32.const 8) "step/1 copy 1.0.0 Copies\n\00"))";
    std::string more = "";

    std::vector<std::byte> assembled() const {
        return assemble("(module " + memory + describe + alloc + size + run + data + more + ")");
    }
};

} // namespace thumbnailer::test

#define SKIP_WITHOUT_WAT2WASM()                                                                                        \
    if (!::thumbnailer::test::has_wat2wasm()) {                                                                        \
        MESSAGE("skipped: wat2wasm is not installed (apt: wabt)");                                                     \
        return;                                                                                                        \
    }
