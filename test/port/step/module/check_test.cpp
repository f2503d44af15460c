#include "step/module/check.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "step/module/section.h"
#include "support/step_modules.h"

using namespace thumbnailer;
using thumbnailer::test::assemble;
using thumbnailer::test::bytes_in;
using thumbnailer::test::sample_step;
using thumbnailer::test::StepParts;

namespace {

std::string refusal(const std::vector<std::byte>& module) {
    const auto checked = check_module(module);
    if (checked) return "accepted";
    CHECK(checked.error().reason == Reason::bad_step);
    return checked.error().message;
}

bool holds(const std::vector<std::byte>& bytes, std::string_view text) {
    return text_of(bytes).find(text) != std::string_view::npos;
}

// The header and one section after the other.
std::vector<std::byte> module_of(std::initializer_list<std::pair<Section, std::string_view>> sections) {
    std::vector<std::byte> module(kModuleHeader.begin(), kModuleHeader.end());
    for (const auto& [section, body] : sections) append_section(module, section, bytes_of(body));
    return module;
}

} // namespace

TEST_CASE("module check: the samples are steps") {
    for (const char* name : {"duotone", "dither", "polaroid"}) {
        const auto checked = check_module(bytes_in(sample_step(name)));
        REQUIRE(checked);
        CHECK(checked->has_size == (std::string_view(name) == "polaroid"));
        CHECK_FALSE(checked->has_initialize);
    }
}

TEST_CASE("module check: a rewritten module is accepted and rewritten to itself") {
    const auto once = check_module(bytes_in(sample_step("duotone")));
    const auto twice = check_module(once->bytes);
    REQUIRE(twice);
    CHECK(twice->bytes == once->bytes);
}

TEST_CASE("module check: names that the author chose are gone from the module that tools get") {
    SKIP_WITHOUT_WAT2WASM();
    StepParts parts;
    parts.more = R"((func (export "*/ int injected; /*")))";
    auto module = parts.assembled();
    append_section(module, Section::custom,
                   bytes_of("\x0a"
                            "customname"
                            "custom bytes"));
    REQUIRE(holds(module, "injected"));
    const auto checked = check_module(module);
    REQUIRE(checked);
    CHECK_FALSE(holds(checked->bytes, "injected"));
    CHECK_FALSE(holds(checked->bytes, "custom"));
    CHECK(holds(checked->bytes, "step_run"));
}

TEST_CASE("module check: imports are refused by name") {
    SKIP_WITHOUT_WAT2WASM();
    CHECK(refusal(assemble(R"((module (import "env" "abort" (func))))")) ==
          "the module imports env.abort: a step can import nothing");
    CHECK(refusal(assemble(R"((module (import "env" "memory" (memory 1))))")) ==
          "the module imports env.memory: a step can import nothing");
    CHECK(refusal(assemble("(module (import \"a\\1b[31m\" \"b\\n\" (global i32)))")) ==
          "the module imports a?[31m.b?: a step can import nothing");
}

TEST_CASE("module check: each export of the contract must be there, once and of its type") {
    SKIP_WITHOUT_WAT2WASM();
    StepParts parts;
    SUBCASE("no memory") {
        parts.memory = "(memory 4)";
        CHECK(refusal(parts.assembled()) == "the module does not export its memory as `memory`");
    }
    SUBCASE("memory is a function") {
        parts.memory = R"((memory 4) (func (export "memory")))";
        CHECK(refusal(parts.assembled()) == "the module's export `memory` is not its memory");
    }
    SUBCASE("no step_run") {
        parts.run = "";
        CHECK(refusal(parts.assembled()) == "the module does not export `step_run`");
    }
    SUBCASE("step_describe takes something") {
        parts.describe = R"((func (export "step_describe") (param i32) (result i32) (i32.const 8)))";
        CHECK(refusal(parts.assembled()) ==
              "the module's export `step_describe` is not a function of the type in the contract");
    }
    SUBCASE("step_size yields 32 bits") {
        parts.size = R"((func (export "step_size") (param i32 i32 i32) (result i32) (i32.const 8)))";
        CHECK(refusal(parts.assembled()) ==
              "the module's export `step_size` is not a function of the type in the contract");
    }
    SUBCASE("step_alloc takes 64 bits") {
        parts.alloc = R"((func (export "step_alloc") (param i64) (result i32) (i32.const 8)))";
        CHECK(refusal(parts.assembled()) ==
              "the module's export `step_alloc` is not a function of the type in the contract");
    }
    SUBCASE("_initialize yields something") {
        parts.more = R"((func (export "_initialize") (result i32) (i32.const 8)))";
        CHECK(refusal(parts.assembled()) ==
              "the module's export `_initialize` is not a function of the type in the contract");
    }
    SUBCASE("step_run twice") {
        parts.more = R"((export "step_run" (func 2)))";
        CHECK(refusal(parts.assembled()) == "the module exports `step_run` twice");
    }
    SUBCASE("_initialize is noticed") {
        parts.more = R"((func (export "_initialize")))";
        const auto checked = check_module(parts.assembled());
        REQUIRE(checked);
        CHECK(checked->has_initialize);
    }
}

TEST_CASE("module check: memory is one, bounded, not shared and of 32 bits") {
    SKIP_WITHOUT_WAT2WASM();
    StepParts parts;
    SUBCASE("two") {
        parts.more = "(memory 1)";
        CHECK(refusal(parts.assembled()) == "the module needs exactly one memory");
    }
    SUBCASE("none") {
        parts.memory = "";
        parts.data = "";
        CHECK(refusal(parts.assembled()) == "the module has no memory");
    }
    SUBCASE("too large at once") {
        parts.memory = R"((memory (export "memory") 65535))";
        CHECK(refusal(parts.assembled()) == "the module begins with 65535 pages of memory, at most 4096 are accepted");
    }
    SUBCASE("shared") {
        parts.memory = R"((memory (export "memory") 4 8 shared))";
        CHECK(refusal(parts.assembled()) == "the module's memory is shared or has 64 bits");
    }
    SUBCASE("64 bits") {
        parts.memory = R"((memory (export "memory") i64 4))";
        CHECK(refusal(parts.assembled()) == "the module's memory is shared or has 64 bits");
    }
}

TEST_CASE("module check: tables hold functions, and not too many") {
    SKIP_WITHOUT_WAT2WASM();
    StepParts parts;
    SUBCASE("too many") {
        parts.more = "(table 65537 funcref)";
        CHECK(refusal(parts.assembled()) == "the module has more than 65536 elements in its tables");
    }
    SUBCASE("too many together") {
        parts.more = "(table 60000 funcref) (table 60000 funcref)";
        CHECK(refusal(parts.assembled()) == "the module has more than 65536 elements in its tables");
    }
    SUBCASE("of other things") {
        parts.more = "(table 1 externref)";
        CHECK(refusal(parts.assembled()) == "the module has a table of something else than functions");
    }
    SUBCASE("within the limit") {
        parts.more = "(table 65536 funcref)";
        CHECK(check_module(parts.assembled())->table_elements == 65536);
    }
}

TEST_CASE("module check: what would make a translation endless is refused") {
    SKIP_WITHOUT_WAT2WASM();
    StepParts parts;
    SUBCASE("locals") {
        for (int local = 0; local < 50'001; ++local) parts.more += "i64 ";
        parts.more = "(func (local " + parts.more + "))";
        CHECK(refusal(parts.assembled()) == "a function has more than 50000 local variables");
    }
    SUBCASE("functions") {
        for (int function = 0; function < 20'001; ++function) parts.more += "(func)";
        CHECK(refusal(parts.assembled()) == "the module has more than 20000 functions");
    }
    SUBCASE("a long function") {
        for (int call = 0; call < 140'000; ++call) parts.more += "(drop (memory.size))";
        parts.more = "(func " + parts.more + ")";
        CHECK(refusal(parts.assembled()) == "a function has more than 262144 bytes");
    }
    SUBCASE("parameters") {
        for (int parameter = 0; parameter < 61; ++parameter) parts.more += "i32 ";
        parts.more = "(func (param " + parts.more + "))";
        CHECK(refusal(parts.assembled()) == "a function has more than 60 parameters");
    }
    SUBCASE("vectors") {
        parts.more = "(func (param v128))";
        CHECK(refusal(parts.assembled()) == "the module uses vector instructions (SIMD), which are not translated");
    }
    SUBCASE("results") {
        parts.more = "(func (result i32 i32) (i32.const 1) (i32.const 2))";
        CHECK(refusal(parts.assembled()) == "a function has more than one result");
    }
}

TEST_CASE("module check: bytes that are no module are refused wherever they end") {
    CHECK(refusal({}) == "the file is not a WebAssembly module of version 1");
    const auto module = bytes_in(sample_step("duotone"));
    std::size_t accepted = 0;
    for (std::size_t size = 0; size < module.size(); ++size)
        accepted += check_module(Bytes(module).first(size)) ? 1 : 0;
    CHECK(accepted == 1); // the one without its last section, the data
}

TEST_CASE("module check: sections that are unknown, doubled or out of order are refused") {
    CHECK(refusal(module_of({{static_cast<Section>(13), ""}})) == "there is a section of unknown kind 13");
    CHECK(refusal(module_of({{Section::type, std::string_view("\0", 1)},
                             {Section::type, std::string_view("\0", 1)}})) == "the sections are not in their order");
    CHECK(refusal(module_of({{Section::memory, "\x01\x00\x01"}, {Section::type, std::string_view("\0", 1)}})) ==
          "the module ends too early");
}

TEST_CASE("module check: a number may not be longer than 32 bits") {
    CHECK(refusal(module_of({{Section::type, "\xff\xff\xff\xff\xff\x01"}})) == "a number does not fit 32 bits");
    CHECK(refusal(module_of({{Section::type, "\xff\xff\xff\xff\x7f"}})) == "a number does not fit 32 bits");
    CHECK(refusal(module_of({{Section::type, "\xff\xff\xff\xff\x0f"}})) ==
          "the module has more than 1024 function types");
}

TEST_CASE("module check: a file or a module over its limit is refused") {
    const auto module = bytes_in(sample_step("duotone"));
    ModuleLimits limits;
    limits.file_bytes = module.size() - 1;
    CHECK(check_module(module, limits).error().message == "the file has " + std::to_string(module.size()) +
                                                              " bytes, at most " + std::to_string(module.size() - 1) +
                                                              " are accepted");
    limits.file_bytes = module.size();
    limits.module_bytes = 100;
    CHECK_FALSE(check_module(module, limits));
}
