/** Copies bytes begin·64 … end·64: the yardstick the bench measures kernels against. */
export function copyBytes(y: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 6;
  memory.copy(y + o, x + o, (<usize>(end - begin)) << 6);
}
