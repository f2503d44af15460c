/* What the output of wasm2c 1.0.32 needs at run time, in place of wabt's own files: no C library, no malloc, nothing
 * shared between steps. wasm2c's output includes it by this name. */
#ifndef THUMBNAILER_WASM_RT_H
#define THUMBNAILER_WASM_RT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "entry.h"

typedef _Bool bool;
#define true 1
#define false 0

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define wasm_rt_memcpy __builtin_memcpy
#define wasm_rt_unreachable() wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE)

/* Accesses are not compared with the size of the memory: the program reserves all addresses that a module can form, and
 * those that are not memory fault. */
#define WASM_RT_MEMCHECK_SIGNAL_HANDLER 1
/* Nor are calls counted: the stack ends in a guard. */
#define WASM_RT_USE_STACK_DEPTH_COUNT 0

typedef enum {
    WASM_RT_TRAP_NONE = STEP_TRAP_NONE,
    WASM_RT_TRAP_OOB = STEP_TRAP_BOUNDS,
    WASM_RT_TRAP_INT_OVERFLOW = STEP_TRAP_OVERFLOW,
    WASM_RT_TRAP_DIV_BY_ZERO = STEP_TRAP_DIVISION,
    WASM_RT_TRAP_INVALID_CONVERSION = STEP_TRAP_CONVERSION,
    WASM_RT_TRAP_UNREACHABLE = STEP_TRAP_UNREACHABLE,
    WASM_RT_TRAP_CALL_INDIRECT = STEP_TRAP_CALL,
    WASM_RT_TRAP_UNCAUGHT_EXCEPTION = STEP_TRAP_EXCEPTION,
    WASM_RT_TRAP_EXHAUSTION = STEP_TRAP_STACK
} wasm_rt_trap_t;

static const struct StepHost* host_;

static __attribute__((noreturn)) void trap_(uint32_t trap) {
    host_->trap(trap);
    for (;;) {
    }
}
static __attribute__((noreturn)) void wasm_rt_trap(wasm_rt_trap_t trap) { trap_(trap); }
static bool wasm_rt_is_initialized(void) { return true; }

#include "func_type.h"
#include "memory.h"
#include "table.h"

#endif
