// Moving elements about: runs with a stride (concat, slice), matrix transposition, and any permutation of axes.

/** Copies runs of `length` floats: y[i·strideY + k] = x[i·strideX + k] for all k < length. Range: runs. */
export function copyRuns(
  y: usize,
  x: usize,
  strideY: i32,
  strideX: i32,
  length: i32,
  begin: i32,
  end: i32,
): void {
  const bytes = (<usize>length) << 2;
  for (let i = begin; i < end; i++) {
    memory.copy(y + ((<usize>i * strideY) << 2), x + ((<usize>i * strideX) << 2), bytes);
  }
}

/** @host Rows of a band of `transpose`: the 16 floats that a cache line of y takes. */
const TRANSPOSE_BAND = 16;

/**
 * y [batch, columns, rows] = x [batch, rows, columns] transposed, 4×4 at a time. Range: batch × bands of 16 rows of x.
 */
export function transpose(y: usize, x: usize, rows: i32, columns: i32, begin: i32, end: i32): void {
  const bands = (rows + TRANSPOSE_BAND - 1) / TRANSPOSE_BAND;
  const strideX = (<usize>columns) << 2;
  const strideY = (<usize>rows) << 2;
  for (let item = begin; item < end; item++) {
    const matrix = item / bands;
    const top = (item - matrix * bands) * TRANSPOSE_BAND;
    const height = min(TRANSPOSE_BAND, rows - top);
    const start = (<usize>matrix * rows * columns) << 2;
    const from = x + start + <usize>top * strideX;
    const to = y + start + ((<usize>top) << 2);
    for (let j = 0; j < columns; j += 4) {
      const width = min(4, columns - j);
      const source = from + ((<usize>j) << 2);
      const target = to + <usize>j * strideY;
      let i = 0;
      if (width === 4) {
        for (; i + 4 <= height; i += 4) {
          transpose4(target + ((<usize>i) << 2), source + <usize>i * strideX, strideY, strideX);
        }
      }
      for (; i < height; i++) {
        for (let c = 0; c < width; c++) {
          const value = load<f32>(source + <usize>i * strideX + ((<usize>c) << 2));
          store<f32>(target + <usize>c * strideY + ((<usize>i) << 2), value);
        }
      }
    }
  }
}

/** y[c][r] = x[r][c] for r, c < 4; strides in bytes. */
function transpose4(y: usize, x: usize, strideY: usize, strideX: usize): void {
  const r0 = v128.load(x);
  const r1 = v128.load(x + strideX);
  const r2 = v128.load(x + 2 * strideX);
  const r3 = v128.load(x + 3 * strideX);
  const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(y, i64x2.shuffle(low01, low23, 0, 2));
  v128.store(y + strideY, i64x2.shuffle(low01, low23, 1, 3));
  v128.store(y + 2 * strideY, i64x2.shuffle(high01, high23, 0, 2));
  v128.store(y + 3 * strideY, i64x2.shuffle(high01, high23, 1, 3));
}

/**
 * y = x with its axes in another order. `plan` is a list of any length and so no class: int32s, length and stride (in
 * x) of the last axis of y, the number of outer axes, then for each outer axis of y, the innermost first, its length
 * and its stride in x. Range: runs along the last axis of y.
 */
export function permute(y: usize, x: usize, plan: usize, begin: i32, end: i32): void {
  const length = load<i32>(plan);
  const step = load<i32>(plan, 4);
  const axes = load<i32>(plan, 8);
  for (let run = begin; run < end; run++) {
    let row = run;
    let offset = 0;
    for (let axis = 0; axis < axes; axis++) {
      const entry = plan + 12 + ((<usize>axis) << 3);
      const size = load<i32>(entry);
      const next = row / size;
      offset += (row - next * size) * load<i32>(entry, 4);
      row = next;
    }
    const from = x + ((<usize>offset) << 2);
    const to = y + ((<usize>run * length) << 2);
    if (step === 1) {
      memory.copy(to, from, (<usize>length) << 2);
      continue;
    }
    for (let i = 0; i < length; i++) {
      store<f32>(to + ((<usize>i) << 2), load<f32>(from + ((<usize>i * step) << 2)));
    }
  }
}
