// The opposite of each colour.
use std::alloc::{alloc, Layout};

static DESCRIPTION: &[u8] = b"step/1 negative 1.0.0 The opposite of each colour\n\0";

#[no_mangle]
pub extern "C" fn step_describe() -> *const u8 {
    DESCRIPTION.as_ptr()
}

#[no_mangle]
pub unsafe extern "C" fn step_alloc(size: usize) -> *mut u8 {
    match Layout::from_size_align(size, 16) {
        Ok(layout) => alloc(layout),
        Err(_) => std::ptr::null_mut(),
    }
}

#[no_mangle]
pub unsafe extern "C" fn step_run(
    source: *const u8, result: *mut u8, width: usize, height: usize, _parameters: *const f64,
) -> *const u8 {
    let bytes = width * height * 4;
    let source = std::slice::from_raw_parts(source, bytes);
    let result = std::slice::from_raw_parts_mut(result, bytes);
    for (to, from) in result.chunks_exact_mut(4).zip(source.chunks_exact(4)) {
        to.copy_from_slice(&[255 - from[0], 255 - from[1], 255 - from[2], from[3]]);
    }
    std::ptr::null()
}
