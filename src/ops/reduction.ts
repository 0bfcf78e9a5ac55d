// Sums over any axes. Neighbouring axes that are both summed or both kept are seen as one. The innermost run of summed
// axes is read in float32. All further sums add up the float64 numbers that came of it.
import type { Address } from "../runtime/address.js";
import { reduceTile } from "../runtime/kernels.js";
import type { Runtime } from "../runtime/runtime.js";
import { empty, type Shape, sizeOf, type Tensor, temporary } from "../tensor.js";

/**
 * Elements of a piece: enough to be worth handing to a thread, few enough that one long sum gives work to all threads.
 */
const PIECE = 16384;

interface Run {
  length: number;
  summed: boolean;
}

function runsOf(shape: Shape, axes: readonly number[]): Run[] {
  const runs: Run[] = [];
  shape.forEach((length, i) => {
    if (length === 1) return;
    const summed = axes.includes(i);
    const last = runs.at(-1);
    if (last?.summed === summed) last.length *= length;
    else runs.push({ length, summed });
  });
  return runs;
}

const lengthOf = (runs: Run[]) => runs.reduce((product, run) => product * run.length, 1);
const keptOf = (runs: Run[]) => lengthOf(runs.filter((run) => !run.summed));

/**
 * Σ x over `axes`, divided by `divisor`, as a tensor of `shape`. Blocks of 64 neighbours or 8 rows are added in
 * float32, and the blocks in float64. The result is within 10⁻⁶·Σ|x|, and exact for integers whose sum in such a block
 * is below 2²⁴. All in float64 would take up to twice the time.
 */
export function reduceSum(x: Tensor, axes: readonly number[], shape: Shape, divisor = 1): Tensor {
  const { runtime } = x;
  const y = empty(runtime, shape);
  if (y.size === 0) return y;
  const runs = runsOf(x.shape, axes);
  let at = runs.findLastIndex((run) => run.summed);
  let sums =
    at < 0
      ? firstSums(runtime, x.ptr, x.size, 1, 1)
      : firstSums(
          runtime,
          x.ptr,
          lengthOf(runs.slice(0, at)),
          runs[at].length,
          lengthOf(runs.slice(at + 1)),
        );
  while (at > 0) {
    at--;
    if (!runs[at].summed) continue;
    const outer = lengthOf(runs.slice(0, at));
    sums = merge(runtime, sums, outer, runs[at].length, keptOf(runs.slice(at + 1)));
  }
  runtime.run("storeSums", y.size, 2, [y.ptr, sums.ptr, divisor]);
  sums.dispose();
  return y;
}

type Sums = Tensor<"float64">;

/** Float64 sums [outer, inner] of float32 numbers [outer, reduced, inner]. */
function firstSums(
  runtime: Runtime,
  x: Address,
  outer: number,
  reduced: number,
  inner: number,
): Sums {
  const width = Math.min(inner, reduceTile);
  const rows = inner === 1 ? PIECE : 8 * Math.ceil(PIECE / 8 / width);
  const pieces = Math.max(1, Math.ceil(reduced / rows));
  const partials = empty(runtime, [outer, pieces, inner], "float64");
  const work = Math.min(rows, reduced) * width;
  if (inner === 1) {
    const args = [partials.ptr, x, reduced, pieces, rows] as const;
    runtime.run("reduceRows", outer * pieces, work, args);
  } else {
    const tiles = Math.ceil(inner / reduceTile);
    const args = [partials.ptr, x, reduced, inner, pieces, rows] as const;
    runtime.run("reduceColumns", outer * pieces * tiles, work, args);
  }
  return pieces === 1 ? partials : merge(runtime, partials, outer, pieces, inner);
}

/** Sums [outer, inner] of sums [outer, n, inner]. The latter are freed. */
function merge(runtime: Runtime, from: Sums, outer: number, n: number, inner: number): Sums {
  const sums = empty(runtime, [outer, inner], "float64");
  runtime.run("mergeSums", sums.size, 2 * n, [sums.ptr, from.ptr, n, inner]);
  from.dispose();
  return sums;
}

/** Σ partials / divisor as a float32 tensor []: the end of a loss. */
export function sumPartials(partials: Sums, divisor: number): Tensor {
  const { runtime } = partials;
  const y = empty(runtime, []);
  using sums = temporary(runtime, [1, 1], "float64");
  runtime.run("mergeSums", 1, 1, [sums.ptr, partials.ptr, sizeOf(partials.shape), 1]);
  runtime.run("storeSums", 1, 1, [y.ptr, sums.ptr, divisor]);
  return y;
}
