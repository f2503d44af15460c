/* Tables of functions: they lie in a pool whose size is known when the step is translated. */

typedef void (*wasm_rt_function_ptr_t)(void);
typedef struct {
    uint32_t func_type;
    wasm_rt_function_ptr_t func;
    void* module_instance;
} wasm_rt_funcref_t;
typedef void* wasm_rt_externref_t;

typedef struct {
    wasm_rt_funcref_t* data;
    uint32_t max_size, size;
} wasm_rt_funcref_table_t;
typedef struct {
    wasm_rt_externref_t* data;
    uint32_t max_size, size;
} wasm_rt_externref_table_t;

static const wasm_rt_funcref_t wasm_rt_funcref_null_value = {0, NULL, NULL};
static const wasm_rt_externref_t wasm_rt_externref_null_value = NULL;

#ifndef STEP_TABLE_ELEMENTS
#error "STEP_TABLE_ELEMENTS: how many elements the tables of the module have together, and one more"
#endif
static wasm_rt_funcref_t table_pool_[STEP_TABLE_ELEMENTS];
static uint32_t table_pool_used_;

static void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t* table, uint32_t elements, uint32_t max) {
    (void)max;
    if (elements > STEP_TABLE_ELEMENTS - table_pool_used_) trap_(STEP_TRAP_MEMORY);
    table->data = table_pool_ + table_pool_used_;
    table->size = table->max_size = elements;
    table_pool_used_ += elements;
}

/* WebAssembly lets a table refuse to grow. */
static uint32_t wasm_rt_grow_funcref_table(wasm_rt_funcref_table_t* table, uint32_t delta, wasm_rt_funcref_t with) {
    (void)with;
    return delta == 0 ? table->size : UINT32_MAX;
}
static void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t* table) { (void)table; }

/* The checker lets no table of external references through. */
static void wasm_rt_allocate_externref_table(wasm_rt_externref_table_t* table, uint32_t elements, uint32_t max) {
    (void)table, (void)elements, (void)max;
    trap_(STEP_TRAP_MEMORY);
}
static uint32_t wasm_rt_grow_externref_table(wasm_rt_externref_table_t* table, uint32_t delta,
                                             wasm_rt_externref_t with) {
    (void)with;
    return delta == 0 ? table->size : UINT32_MAX;
}
static void wasm_rt_free_externref_table(wasm_rt_externref_table_t* table) { (void)table; }
