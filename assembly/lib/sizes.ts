// Sizes that layouts are made of.

/** a / b, rounded up. */
export function ceilDiv(a: i32, b: i32): i32 {
  return (a + b - 1) / b;
}

/** n, rounded up to a multiple. */
export function roundUp(n: i32, multiple: i32): i32 {
  return ceilDiv(n, multiple) * multiple;
}
