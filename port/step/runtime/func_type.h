/* Function types, by which indirect calls are checked: equal signatures get the same number, from 1. */

typedef enum { WASM_RT_I32, WASM_RT_I64, WASM_RT_F32, WASM_RT_F64, WASM_RT_FUNCREF, WASM_RT_EXTERNREF } wasm_rt_type_t;

#ifndef STEP_TYPES
#error "STEP_TYPES: how many function types the module has, and one more"
#endif
#define STEP_TYPE_LENGTH 64 /* two counts, and as many values as the checker lets a type have */
static uint8_t types_[STEP_TYPES][STEP_TYPE_LENGTH];
static uint8_t type_lengths_[STEP_TYPES];
static uint32_t type_count_;

static uint32_t register_type_(const uint8_t* type, uint32_t length) {
    if (length > STEP_TYPE_LENGTH) trap_(STEP_TRAP_MEMORY);
    for (uint32_t index = 0; index < type_count_; ++index) {
        uint32_t same = 0;
        if (type_lengths_[index] != length) continue;
        while (same < length && types_[index][same] == type[same]) ++same;
        if (same == length) return index + 1;
    }
    if (type_count_ == STEP_TYPES) trap_(STEP_TRAP_MEMORY);
    for (uint32_t byte = 0; byte < length; ++byte) types_[type_count_][byte] = type[byte];
    type_lengths_[type_count_] = (uint8_t)length;
    return ++type_count_;
}

/* wasm2c calls it with the number of parameters, of results, and the type of each. */
#define wasm_rt_register_func_type(...)                                                                                \
    register_type_((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
