// The contract between the program and a step, ABI 1, for C and C++. Copy this file beside your source: there is nothing
// to link. docs/steps.md explains the contract and shows the same in other languages.
//
// A step is a WebAssembly module that imports nothing and exports its `memory` and the functions below.
#ifndef THUMBNAILER_STEP_H
#define THUMBNAILER_STEP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __wasm__
#define STEP_EXPORT(name) __attribute__((export_name(#name)))
#else
#define STEP_EXPORT(name) __attribute__((visibility("default")))
#endif

// The description: UTF-8, ends with a zero byte, lives as long as the instance. One line for the step, then one for each
// parameter, see "The description" in docs/steps.md.
STEP_EXPORT(step_describe) const char* step_describe(void);

// Memory of `size` bytes, 16 bytes aligned; 0 when there is none left. The program calls it for the source, for the
// parameters and for the result. It is never asked to free: each image gets a fresh instance.
STEP_EXPORT(step_alloc) void* step_alloc(size_t size);

// Optional. The size of the result, as width << 32 | height. Without it the result is as large as the source.
STEP_EXPORT(step_size) uint64_t step_size(int32_t width, int32_t height, const double* parameters);

// Writes the result. Source and result are rows of RGBA pixels from the top, 8 bits a sample, sRGB, colours not
// multiplied by alpha, no gaps between rows. `parameters` has one double for each parameter of the description, in its
// order: a boolean is 0 or 1, a choice the index of its word, a colour 0xRRGGBB. Returns 0, or a text in UTF-8 that says
// why there is no result.
STEP_EXPORT(step_run) const char* step_run(const uint8_t* source, uint8_t* result, int32_t width, int32_t height,
                                           const double* parameters);

#ifdef __cplusplus
}
#endif

// The simplest allocator that does. Define STEP_OWN_ALLOC before the include to bring another.
#if defined(__wasm__) && !defined(STEP_OWN_ALLOC)
extern unsigned char __heap_base; // from the linker: the end of the data and of the stack
void* step_alloc(size_t size) {
    static uintptr_t free_from = 0;
    const uintptr_t start = ((free_from ? free_from : (uintptr_t)&__heap_base) + 15) & ~(uintptr_t)15;
    const uint64_t end = (uint64_t)start + size;
    const uint64_t available = (uint64_t)__builtin_wasm_memory_size(0) * 65536;
    if (end > available) {
        const uint64_t pages = (end - available + 65535) / 65536;
        if (pages > 65535 || __builtin_wasm_memory_grow(0, (size_t)pages) == (size_t)-1) return 0;
    }
    free_from = (uintptr_t)end;
    return (void*)start;
}
#endif

// wasi-libc refers to these when a C or C++ standard library is linked in. A step can import nothing: the stubs say
// "not supported", and the end of the process becomes the end of the step.
#ifdef __wasi__
#ifdef __cplusplus
#define STEP_WASI_STUB extern "C" __attribute__((weak))
#else
#define STEP_WASI_STUB __attribute__((weak))
#endif
enum { STEP_WASI_NOT_SUPPORTED = 58 };
STEP_WASI_STUB int __imported_wasi_snapshot_preview1_fd_write(int a, int b, int c, int d) { return STEP_WASI_NOT_SUPPORTED; }
STEP_WASI_STUB int __imported_wasi_snapshot_preview1_fd_seek(int a, long long b, int c, int d) { return STEP_WASI_NOT_SUPPORTED; }
STEP_WASI_STUB int __imported_wasi_snapshot_preview1_fd_close(int a) { return STEP_WASI_NOT_SUPPORTED; }
STEP_WASI_STUB int __imported_wasi_snapshot_preview1_fd_fdstat_get(int a, int b) { return STEP_WASI_NOT_SUPPORTED; }
STEP_WASI_STUB void __imported_wasi_snapshot_preview1_proc_exit(int a) { __builtin_trap(); }
#endif

#endif
