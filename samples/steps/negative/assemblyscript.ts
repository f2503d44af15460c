// The opposite of each colour.
const DESCRIPTION = String.UTF8.encode("step/1 negative 1.0.0 The opposite of each colour\n", true);

export function step_describe(): usize { return changetype<usize>(DESCRIPTION); }

export function step_alloc(size: u32): usize { return heap.alloc(size); }

export function step_run(source: usize, result: usize, width: i32, height: i32, parameters: usize): usize {
  const end = <usize>width * <usize>height * 4;
  for (let at: usize = 0; at < end; at += 4) {
    store<u32>(result + at, load<u32>(source + at) ^ 0x00ffffff);
  }
  return 0;
}
