/* What is compiled: the module as wasm2c wrote it, the function that the program calls, and the note. */
#include STEP_MODULE_C

static Z_step_instance_t instance_;

static uint64_t instantiate_(void) {
    Z_step_init_module();
    Z_step_instantiate(&instance_);
#ifdef STEP_HAS_INITIALIZE
    Z_stepZ__initialize(&instance_);
#endif
    return 0;
}

__attribute__((visibility("default"))) uint64_t step_entry(const struct StepHost* host, uint32_t call,
                                                           const uint32_t* a) {
    host_ = host;
    switch (call) {
    case STEP_CALL_INSTANTIATE: return instantiate_();
    case STEP_CALL_DESCRIBE: return Z_stepZ_step_describe(&instance_);
    case STEP_CALL_ALLOC: return Z_stepZ_step_alloc(&instance_, a[0]);
#ifdef STEP_HAS_SIZE
    case STEP_CALL_HAS_SIZE: return 1;
    case STEP_CALL_SIZE: return Z_stepZ_step_size(&instance_, a[0], a[1], a[2]);
#else
    case STEP_CALL_HAS_SIZE: return 0;
#endif
    case STEP_CALL_RUN: return Z_stepZ_step_run(&instance_, a[0], a[1], a[2], a[3], a[4]);
    default: trap_(STEP_TRAP_UNREACHABLE);
    }
}

__attribute__((used, section(".note.thumbnailer"), aligned(4))) static const struct {
    uint32_t name_size, description_size, type;
    char name[sizeof STEP_NOTE_NAME];
    struct StepNote note;
} step_note_ = {
    sizeof STEP_NOTE_NAME, sizeof(struct StepNote),       STEP_NOTE_TYPE,
    STEP_NOTE_NAME,        {STEP_ABI, STEP_RUNTIME_VERSION, {STEP_MODULE_SHA256}},
};

/* Compilers call these of themselves. */
__attribute__((used, visibility("hidden"))) void* memset(void* to, int value, size_t count) {
    uint8_t* at = to;
#ifdef __x86_64__
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(count) : "a"(value) : "memory");
#else
    while (count--) *at++ = (uint8_t)value;
#endif
    return to;
}

__attribute__((used, visibility("hidden"))) void* memcpy(void* to, const void* from, size_t count) {
    uint8_t* at = to;
    const uint8_t* of = from;
#ifdef __x86_64__
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(of), "+c"(count)::"memory");
#else
    while (count--) *at++ = *of++;
#endif
    return to;
}

__attribute__((used, visibility("hidden"))) void* memmove(void* to, const void* from, size_t count) {
    uint8_t* at = to;
    const uint8_t* of = from;
    if (at <= of || (size_t)(at - of) >= count) return memcpy(to, from, count);
    while (count--) at[count] = of[count];
    return to;
}
