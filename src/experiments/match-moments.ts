import { convTranspose2d } from "../ops/conv/conv-transpose2d.js";
import { conv2d } from "../ops/conv/conv2d.js";
import { div } from "../ops/elementwise/div.js";
import { adaIN } from "../ops/norm/ada-in.js";
import { Generator, randn } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, tensor, tidy, zeros } from "../tensor.js";

const SIDE = 4;
const STRIDE = 2;
const FILTERS = 3 * SIDE * SIDE;

/**
 * Gives picture `content` [1, 3, H, W] the moments of `style`. Both are seen through orthogonal random filters. There
 * are as many filters as a piece of 4 × 4 pixels has numbers, so that the transposed convolution inverts them. AdaIN
 * (Huang, Belongie 2017, arXiv 1703.06868) stands between the two convolutions. Nothing is trained. H and W must be
 * even.
 */
export function matchMoments(content: Tensor, style: Tensor): Tensor {
  return tidy(() => {
    const { runtime, shape } = content;
    const filters = orthogonalFilters(runtime);
    const see = (x: Tensor) => conv2d(x, filters, { stride: STRIDE });
    const painted = convTranspose2d(adaIN(see(content), see(style)), filters, { stride: STRIDE });
    return div(painted, coverage(shape, runtime));
  });
}

/** The number of pieces that contain each pixel: [1, 1, H, W]. */
function coverage([, , height, width]: readonly number[], runtime: Runtime): Tensor {
  const count = zeros([1, 1, height, width], { runtime });
  for (let top = 0; top + SIDE <= height; top += STRIDE)
    for (let left = 0; left + SIDE <= width; left += STRIDE)
      for (let i = 0; i < SIDE * SIDE; i++)
        count.data[(top + Math.floor(i / SIDE)) * width + left + (i % SIDE)]++;
  return count;
}

/** Orthonormal filters [48, 3, 4, 4], by the method of Gram and Schmidt. */
function orthogonalFilters(runtime: Runtime): Tensor {
  using random = randn([FILTERS, FILTERS], { runtime, generator: new Generator(0) });
  const rows: number[][] = [];
  for (let k = 0; k < FILTERS; k++) {
    let row = [...random.data.subarray(k * FILTERS, (k + 1) * FILTERS)];
    for (const other of rows) {
      const share = dot(row, other);
      row = row.map((value, i) => value - share * other[i]);
    }
    const length = Math.sqrt(dot(row, row));
    rows.push(row.map((value) => value / length));
  }
  return tensor(rows.flat(), [FILTERS, 3, SIDE, SIDE], { runtime });
}

const dot = (a: number[], b: number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);
