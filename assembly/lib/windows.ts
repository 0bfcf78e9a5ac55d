/** Σ of rows top … bottom − 1, columns left … right − 1 of a plane of width w, in float64. */
export function windowSum(plane: usize, w: i32, top: i32, bottom: i32, left: i32, right: i32): f64 {
  let sum: f64 = 0;
  for (let r = top; r < bottom; r++) {
    for (let c = left; c < right; c++) sum += <f64>load<f32>(plane + ((<usize>r * w + c) << 2));
  }
  return sum;
}

/** Adds `share` to each element of the window. */
export function addToWindow(
  plane: usize,
  w: i32,
  top: i32,
  bottom: i32,
  left: i32,
  right: i32,
  share: f32,
): void {
  for (let r = top; r < bottom; r++) {
    for (let c = left; c < right; c++) {
      const p = plane + ((<usize>r * w + c) << 2);
      store<f32>(p, load<f32>(p) + share);
    }
  }
}
