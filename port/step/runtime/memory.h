/* The linear memory: the program reserved its addresses, and makes pages usable when they are asked for. */

typedef struct {
    uint8_t* data;
    uint32_t pages, max_pages;
    uint32_t size; /* in bytes; a step has far less than 4 GiB */
} wasm_rt_memory_t;

static void use_pages_(wasm_rt_memory_t* memory, uint32_t pages) {
    memory->pages = pages;
    memory->size = pages << 16;
}

static void wasm_rt_allocate_memory(wasm_rt_memory_t* memory, uint32_t pages, uint32_t max_pages) {
    if (pages > host_->max_pages || !host_->commit(pages)) trap_(STEP_TRAP_MEMORY);
    memory->data = host_->memory;
    memory->max_pages = max_pages < host_->max_pages ? max_pages : host_->max_pages;
    use_pages_(memory, pages);
}

static uint32_t wasm_rt_grow_memory(wasm_rt_memory_t* memory, uint32_t delta) {
    const uint32_t before = memory->pages;
    if (before > memory->max_pages || delta > memory->max_pages - before) return UINT32_MAX;
    if (!host_->commit(before + delta)) return UINT32_MAX;
    use_pages_(memory, before + delta);
    return before;
}

static void wasm_rt_free_memory(wasm_rt_memory_t* memory) { (void)memory; }
