// Runs in a worker: the library against the same in plain JavaScript, as one would write it.
import { batchNorm } from "../../ops/norm/batch-norm.js";
import { matmul } from "../../ops/product/matmul.js";
import type { Runtime } from "../../runtime/runtime.js";
import { tensor, tidy } from "../../tensor.js";

/** How long an operation takes, in milliseconds: the median of several runs. */
export interface Speed {
  name: "norm" | "matmul";
  wasm: number;
  plain: number;
}

/** The operations and their sizes: batch norm of [N, C, H, W] in training, and a product of square matrices. */
export const [N, C, SIDE, MATRIX] = [16, 32, 32, 128];
const EPS = 1e-5;

/** Batch norm without γ and β. */
export function plainBatchNorm(x: Float32Array, n: number, c: number, plane: number): Float32Array {
  const y = new Float32Array(x.length);
  for (let channel = 0; channel < c; channel++) {
    let [sum, squares] = [0, 0];
    for (let sample = 0; sample < n; sample++) {
      const start = (sample * c + channel) * plane;
      for (let i = start; i < start + plane; i++) sum += x[i];
    }
    const mean = sum / (n * plane);
    for (let sample = 0; sample < n; sample++) {
      const start = (sample * c + channel) * plane;
      for (let i = start; i < start + plane; i++) squares += (x[i] - mean) ** 2;
    }
    const scale = 1 / Math.sqrt(squares / (n * plane) + EPS);
    for (let sample = 0; sample < n; sample++) {
      const start = (sample * c + channel) * plane;
      for (let i = start; i < start + plane; i++) y[i] = (x[i] - mean) * scale;
    }
  }
  return y;
}

/** A product of square matrices, row by row, so that memory is read in order. */
export function plainMatmul(a: Float32Array, b: Float32Array, size: number): Float32Array {
  const c = new Float32Array(size * size);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k];
      for (let j = 0; j < size; j++) c[i * size + j] += factor * b[k * size + j];
    }
  return c;
}

const wave = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i * 0.7) + 0.1);

/** How long each operation takes, both ways. Takes about three seconds. */
export function speeds(runtime: Runtime): Speed[] {
  return tidy(() => {
    const shape = [N, C, SIDE, SIDE];
    const values = wave(N * C * SIDE * SIDE);
    const x = tensor(values, shape, { runtime });
    const [left, right] = [wave(MATRIX ** 2), wave(MATRIX ** 2).reverse()];
    const [a, b] = [left, right].map((each) => tensor(each, [MATRIX, MATRIX], { runtime }));
    const pairs: [Speed["name"], () => unknown, () => unknown][] = [
      [
        "norm",
        () => batchNorm(x, { training: true, eps: EPS }),
        () => plainBatchNorm(values, N, C, SIDE ** 2),
      ],
      ["matmul", () => matmul(a, b), () => plainMatmul(left, right, MATRIX)],
    ];
    return pairs.map(([name, wasm, plain]) => {
      const [ours, theirs] = mediansOf(() => tidy(() => void wasm()), plain);
      return { name, wasm: ours, plain: theirs };
    });
  });
}

/**
 * Clocks of browsers are coarse: a run is repeated until it takes this long, in milliseconds. Runs are of one length
 * and in turn, so that what else the machine does slows both alike.
 */
const LEAST = 8;
/** Until the browser has translated what is slow, in milliseconds. */
const WARM_UP = 400;
const RUNS = 21;

function mediansOf(...works: (() => unknown)[]): number[] {
  const measure = (work: () => unknown, times: number) => {
    const start = performance.now();
    for (let i = 0; i < times; i++) work();
    return performance.now() - start;
  };
  const timed = works.map((work) => {
    const start = performance.now();
    while (performance.now() - start < WARM_UP) work();
    let times = 1;
    while (measure(work, times) < LEAST) times *= 2;
    return { work, times, runs: [] as number[] };
  });
  for (let run = 0; run < RUNS; run++)
    for (const { work, times, runs } of timed) runs.push(measure(work, times) / times);
  return timed.map(({ runs }) => runs.sort((a, b) => a - b)[(RUNS - 1) / 2]);
}
