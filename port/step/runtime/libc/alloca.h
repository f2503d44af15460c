/* wasm2c's output includes it and uses nothing of it. */
