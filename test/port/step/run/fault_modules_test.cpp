// Modules that are wrong in one place each, and where each of them ends: the check and the tools refuse it as a bad
// step, or it runs and its fault is a value. What one translation can show of these ways is in modules/faults.wat.
#include <doctest/doctest.h>

#include <array>

#include "step/run/step_runner.h"
#include "support/step_images.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

constexpr std::string_view kRefused = "bad_step";

std::string run_of(const std::string& body) {
    return R"((func (export "step_run") (param $source i32) (param $result i32) (param $width i32) (param $height i32)
        (param $parameters i32) (result i32) )" +
           body + ")";
}

// A step with something more beside the functions that copy.
StepParts with(const std::string& more) {
    StepParts parts;
    parts.more = more;
    return parts;
}

StepParts running(const std::string& body) {
    StepParts parts;
    parts.run = run_of(body);
    return parts;
}

StepParts allocating(const std::string& body) {
    StepParts parts;
    parts.alloc = R"((func $alloc (export "step_alloc") (param $size i32) (result i32) )" + body + ")";
    return parts;
}

StepParts with_memory(const std::string& memory) {
    StepParts parts;
    parts.memory = memory;
    return parts;
}

std::string end_of(const StepParts& parts) {
    const auto translation = translate_step(parts.assembled(), *native_architecture());
    if (!translation) return std::string(name_of(translation.error().reason));
    StepRunner runner(StepLimits{.max_memory = 64 * 65536});
    const StepPicture source{2, 2, std::vector<std::uint8_t>(16, 9)};
    const auto made = runner.run(image_of(*translation), source, {});
    const auto* failure = std::get_if<StepFailure>(&made);
    return failure == nullptr ? "done" : std::string(name_of(failure->fault));
}

struct FaultModule {
    std::string what;
    StepParts parts;
    std::string_view end;
};

void check_all(std::initializer_list<FaultModule> modules) {
    for (const FaultModule& each : modules) {
        CAPTURE(each.what);
        CHECK(end_of(each.parts) == each.end);
    }
}

} // namespace

TEST_CASE("fault modules: what a module declares wrongly is a bad step") {
    SKIP_WITHOUT_TOOLCHAIN();
    check_all({
        {"an imported table", with_memory(R"((import "env" "t" (table 1 funcref)) (memory (export "memory") 4))"),
         kRefused},
        {"an imported global", with_memory(R"((import "env" "g" (global i32)) (memory (export "memory") 4))"),
         kRefused},
        {"a memory that begins above its maximum", with_memory(R"((memory (export "memory") 4 2))"), kRefused},
        {"a table that begins above its maximum", with("(table 9 3 funcref)"), kRefused},
        {"a memory that is exported twice", with(R"((export "memory" (memory 0)))"), kRefused},
        {"a global that is exported as a function of the contract",
         with(R"((global $g i32 (i32.const 1)) (export "step_size" (global $g)))"), kRefused},
        {"a start function with a parameter", with("(func $s (param i32)) (start $s)"), kRefused},
        {"a start function with a result", with("(func $s (result i32) (i32.const 1)) (start $s)"), kRefused},
        {"an element that is no function", with("(table 2 funcref) (elem (i32.const 0) func 99)"), kRefused},
        {"data in a memory that there is not", with(R"((data (memory 1) (i32.const 0) "a"))"), kRefused},
        {"a global of an initial value of another type", with("(global i64 (i32.const 1))"), kRefused},
    });
}

TEST_CASE("fault modules: instructions that are not valid, or not of the first standard, are a bad step") {
    SKIP_WITHOUT_TOOLCHAIN();
    check_all({
        {"a call of a function that there is not", with("(func (call 99))"), kRefused},
        {"a local variable that there is not", with("(func (drop (local.get 3)))"), kRefused},
        {"a global that there is not", with("(func (drop (global.get 77)))"), kRefused},
        {"a branch out of all blocks", with("(func (br 5))"), kRefused},
        {"a value that is left over", with("(func (i32.const 1))"), kRefused},
        {"a value that is missing", with("(func (result i32))"), kRefused},
        {"a write to a constant", with("(global $c i32 (i32.const 1)) (func (global.set $c (i32.const 2)))"), kRefused},
        {"an alignment larger than the value", with("(func (drop (i32.load align=8 (i32.const 0))))"), kRefused},
        {"an indirect call without a table", with("(type $n (func)) (func (call_indirect (type $n) (i32.const 0)))"),
         kRefused},
    });
}

TEST_CASE("fault modules: what goes wrong in step_run is a value") {
    SKIP_WITHOUT_TOOLCHAIN();
    check_all({
        {"a text at the last byte of memory",
         running("(i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1))"), "refused"},
        {"a text behind the memory", running("(i32.mul (memory.size) (i32.const 65536))"), "refused"},
        {"no picture, and no text", running("(i32.const 0)"), "done"},
        {"a write behind the result, in its memory",
         running("(i32.store (i32.add (local.get $result) (i32.const 16)) (i32.const 1)) (i32.const 0)"), "done"},
        {"a write over its own description",
         running("(memory.fill (i32.const 0) (i32.const 255) (i32.const 65536)) (i32.const 0)"), "done"},
        {"memory that grows to its limit and no further",
         running("(if (i32.ne (i32.const -1) (memory.grow (i32.const 61))) (then (unreachable))) (if (i32.eq "
                 "(i32.const -1) (memory.grow (i32.const 60))) (then (unreachable))) (i32.const 0)"),
         "done"},
        {"memory that is read after it grew, at its new end",
         running("(drop (memory.grow (i32.const 1))) (i32.load (i32.sub (i32.mul (memory.size) (i32.const 65536)) "
                 "(i32.const 2)))"),
         "bounds"},
        {"a fill of all 4 GiB", running("(memory.fill (i32.const 0) (i32.const 1) (i32.const -1)) (i32.const 0)"),
         "bounds"},
        {"a copy from the end of the address space",
         running("(memory.copy (i32.const 0) (i32.const -4) (i32.const 8)) (i32.const 0)"), "bounds"},
        {"a remainder that overflows, which is 0",
         running("(i32.rem_s (i32.const 0x80000000) (i32.sub (i32.load (i32.const 4096)) (i32.const 1)))"), "done"},
        {"a division of 64 bits by zero",
         running("(i32.wrap_i64 (i64.div_u (i64.const 5) (i64.load (i32.const 4096))))"), "arithmetic"},
        {"an integer of infinity", running("(i32.trunc_f32_u (f32.div (f32.const 1) (f32.load (i32.const 4096))))"),
         "arithmetic"},
        {"an integer of infinity, saturated",
         running("(drop (i32.trunc_sat_f32_u (f32.div (f32.const 1) (f32.load (i32.const 4096))))) (i32.const 0)"),
         "done"},
    });
}

TEST_CASE("fault modules: what goes wrong around step_run is a value") {
    SKIP_WITHOUT_TOOLCHAIN();
    check_all({
        {"one address for everything", allocating("(i32.const 65536)"), "done"},
        {"the last address that the picture fits behind", allocating("(i32.const 262128)"), "done"},
        {"an address behind the memory", allocating("(i32.const 262144)"), "bad_result"},
        {"the address 0, which is none", allocating("(i32.const 0)"), "memory"},
        {"an allocator that gives up", allocating("(unreachable)"), "unreachable"},
        {"an allocator that calls itself",
         allocating("(i32.load8_u (call $alloc (i32.add (local.get $size) (i32.const 1))))"), "stack"},
        {"a start function that divides by zero",
         with("(func $s (drop (i32.div_u (i32.const 1) (i32.load (i32.const 4096))))) (start $s)"), "arithmetic"},
        {"a start function that takes all memory",
         with("(func $s (loop $l (br_if $l (i32.ne (i32.const -1) (memory.grow (i32.const 1)))))) (start $s)"), "done"},
        {"more memory at once than a step may have", with_memory(R"((memory (export "memory") 65))"), "memory"},
        {"an _initialize that calls a function of another type",
         with(
             R"((table 1 funcref) (elem (i32.const 0) func $alloc) (type $n (func)) (func (export "_initialize") (call_indirect (type $n) (i32.const 0))))"),
         "call"},
    });
}
