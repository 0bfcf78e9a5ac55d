// Columns of the 4×4 matrix with rows a, b, c, d. Where several columns are taken, the compiler makes their common half
// once.

export function column0(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(lowHalves(a, b), lowHalves(c, d), 0, 2);
}

export function column1(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(lowHalves(a, b), lowHalves(c, d), 1, 3);
}

export function column2(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(highHalves(a, b), highHalves(c, d), 0, 2);
}

export function column3(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i64>(highHalves(a, b), highHalves(c, d), 1, 3);
}

/** a0, b0, a1, b1. */
export function lowHalves(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 0, 4, 1, 5);
}

/** a2, b2, a3, b3. */
export function highHalves(a: v128, b: v128): v128 {
  return v128.shuffle<i32>(a, b, 2, 6, 3, 7);
}
