/* The one function of a translated step, and what the program lends it. Both C++ (port/step/run) and the translation
 * include this file. A translation calls nothing but what stands in StepHost. */
#ifndef THUMBNAILER_STEP_ENTRY_H
#define THUMBNAILER_STEP_ENTRY_H

#include <stdint.h>

/* Rises when StepHost, the calls or the note change: a translation of another version is made again. */
#define STEP_RUNTIME_VERSION 1

struct StepHost {
    uint8_t* memory;                    /* address space for every address that a module can form */
    uint32_t max_pages;                 /* of 64 KiB, that the module may have */
    uint32_t (*commit)(uint32_t pages); /* makes the first `pages` usable; 0 when that fails */
    void (*trap)(uint32_t trap);        /* ends the call with an enum StepTrap; does not return */
};

/* Translations are C, so the names are those of C. NOLINTBEGIN(readability-identifier-naming) */
enum StepTrap {
    STEP_TRAP_NONE,
    STEP_TRAP_BOUNDS,     /* an access outside of the memory or of a table */
    STEP_TRAP_OVERFLOW,   /* a number that has no integer */
    STEP_TRAP_DIVISION,   /* by zero */
    STEP_TRAP_CONVERSION, /* not a number */
    STEP_TRAP_UNREACHABLE,
    STEP_TRAP_CALL, /* an indirect call to nothing or to another type */
    STEP_TRAP_EXCEPTION,
    STEP_TRAP_STACK,
    STEP_TRAP_MEMORY, /* more memory, table elements or types than there is room for */
    STEP_TRAP_COUNT
};

enum StepCall {
    STEP_CALL_INSTANTIATE, /* before every other call */
    STEP_CALL_DESCRIBE,    /* -> address of the description */
    STEP_CALL_ALLOC,       /* size -> address */
    STEP_CALL_HAS_SIZE,    /* -> 1 when the step exports step_size */
    STEP_CALL_SIZE,        /* width, height, parameters -> width << 32 | height */
    STEP_CALL_RUN          /* source, result, width, height, parameters -> address of a text, or 0 */
};
/* NOLINTEND(readability-identifier-naming) */

typedef uint64_t StepEntry(const struct StepHost* host, uint32_t call, const uint32_t* arguments);

/* Says what an ELF file is a translation of. Behind the usual header of a note. */
#define STEP_NOTE_NAME "thumbnailer" /* 12 bytes with its zero */
#define STEP_NOTE_TYPE 1
struct StepNote {
    uint32_t abi;
    uint32_t runtime;
    uint8_t module[32]; /* SHA-256 of the .wasm file */
};

#endif
