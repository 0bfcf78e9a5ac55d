import { afterAll, afterEach, expect } from "vitest";
import { createRuntime, type RuntimeOptions } from "../src/runtime/create-runtime.js";
import type { Runtime } from "../src/runtime/runtime.js";
import { type AnyTensor, type Shape, sizeOf, type Tensor, tensor } from "../src/tensor.js";
import { checkLaunches } from "./checked.js";
import { Guard } from "./guard.js";
import { normal } from "./numbers.js";

export { normal, procedural, uniform } from "./numbers.js";

/** Every build that this engine runs, with 1, 2 and 3 threads. */
export const configurations: RuntimeOptions[] = (["simd", "relaxed"] as const).flatMap((variant) =>
  [1, 2, 3].map((threads) => ({ variant, threads })),
);

/** Guards the memory of a runtime. With EVENKEEL_CHECKED=1 (`npm run test:checked`) each launch is checked as well. */
const guarded = (runtime: Runtime): Guard =>
  process.env.EVENKEEL_CHECKED ? checkLaunches(runtime) : new Guard(runtime);

/** Runs `body` on each configuration and returns its results. Closes every runtime. */
export async function onEveryRuntime<T>(
  body: (runtime: Runtime) => T,
): Promise<{ options: RuntimeOptions; result: T }[]> {
  const results: { options: RuntimeOptions; result: T }[] = [];
  for (const options of configurations) {
    const runtime = await createRuntime(options);
    const guard = guarded(runtime);
    try {
      results.push({ options, result: body(runtime) });
      expect(guard.damage()).toEqual([]);
    } finally {
      runtime.close();
    }
  }
  return results;
}

/** Expects equal bits for every thread count within a variant. `body` returns plain arrays. */
export async function expectSameBits(
  body: (runtime: Runtime) => ArrayLike<number>[],
): Promise<void> {
  const results = await onEveryRuntime((runtime) =>
    body(runtime).map((values) => bits(Float32Array.from(values))),
  );
  for (const { options, result } of results) {
    const one = results.find(
      (r) => r.options.variant === options.variant && r.options.threads === 1,
    );
    expect(result, `${options.variant} with ${options.threads} threads`).toEqual(one?.result);
  }
}

const bits = (values: Float32Array) => Buffer.from(values.buffer).toString("base64");

/** The list of the kernels that a runtime runs from now on, by name and in order. */
export function recordKernels(runtime: Runtime): string[] {
  const kernels: string[] = [];
  const run = runtime.run.bind(runtime);
  runtime.run = (name, ...rest) => {
    kernels.push(name);
    run(name, ...rest);
  };
  return kernels;
}

/** A tensor of seeded N(0, 1) values. */
export const randomTensor = (
  runtime: Runtime,
  shape: Shape,
  seed: number,
  requiresGrad = false,
): Tensor => tensor(normal(sizeOf(shape), seed), shape, { runtime, requiresGrad });

/** ‖got − want‖ / ‖want‖, or the absolute error if `want` is zero. NaN unless all values of both are finite. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  let largest = 0;
  for (let i = 0; i < want.length; i++)
    largest = Math.max(largest, Math.abs(want[i]), Math.abs(got[i]));
  if (largest === 0) return 0;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < want.length; i++) {
    difference += ((got[i] - want[i]) / largest) ** 2;
    norm += (want[i] / largest) ** 2;
  }
  return norm === 0 ? Math.sqrt(difference) * largest : Math.sqrt(difference / norm);
}

/** A norm-wise comparison with a float64 oracle. */
export function expectClose(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: number,
  what = "",
): void {
  const error = relativeError(got, want);
  expect(error, `${what} relative error ${error}`).toBeLessThanOrEqual(tolerance);
}

/**
 * Compares every gradient of `op` (float32, through the tape) with central differences of `oracle` (float64). The
 * upstream gradient is random, because the ones of a sum would hide errors. Both functions get the inputs in the same
 * order.
 */
export function gradcheck(
  op: (...inputs: Tensor[]) => Tensor,
  oracle: (...inputs: Float64Array[]) => Float64Array,
  inputs: Tensor[],
  tolerance = 1e-4,
): void {
  for (const input of inputs) input.requiresGrad = true;
  const output = op(...inputs);
  const upstream = normal(output.size, 4711);
  output.backward(tensor(upstream, output.shape, { runtime: output.runtime }));
  const values = inputs.map((input) => Float64Array.from(input.data));
  const loss = () => oracle(...values).reduce((sum, y, i) => sum + y * upstream[i], 0);
  inputs.forEach((input, k) => {
    const want = values[k].map((value, i) => {
      const step = 1e-5 * Math.max(1, Math.abs(value));
      values[k][i] = value + step;
      const above = loss();
      values[k][i] = value - step;
      const below = loss();
      values[k][i] = value;
      return (above - below) / (2 * step);
    });
    expectClose(input.grad?.data ?? [], want, tolerance, `gradient of input ${k}`);
  });
}

/**
 * From now on every block of `runtime` is full of NaN at first and lies between two guard zones. The returned function
 * checks that no zone was written to, around blocks in use and around freed ones. An unwritten output shows as NaN in
 * the results.
 */
export function guardMemory(runtime: Runtime): () => void {
  const guard = guarded(runtime);
  return () => expect(guard.damage()).toEqual([]);
}

/** Bytes that memory is grown to at once: more than the tensors of most test files. Untouched pages cost nothing. */
const AHEAD = 2 ** 28;

/**
 * The runtime of a test file: `const runtime = await useRuntime()`. After each test its guard zones must be undamaged.
 * After the last test it is closed.
 */
export async function useRuntime(options: RuntimeOptions = { threads: 1 }): Promise<Runtime> {
  const runtime = await createRuntime(options);
  // Tests compare the `data` of two results, and a view is empty once the memory has grown behind it. The checked run
  // grows as it comes, so that the host's own views are tried too.
  if (options.maximumMemory === undefined && !process.env.EVENKEEL_CHECKED)
    runtime.release(runtime.allocate(AHEAD));
  const guard = guarded(runtime);
  afterEach(() => expect(guard.damage()).toEqual([]));
  afterAll(() => {
    runtime.close();
    guard.emptyQuarantine();
    expect(guard.damage()).toEqual([]);
  });
  return runtime;
}

export const toFloat64 = (t: AnyTensor): Float64Array =>
  Float64Array.from(t.data as ArrayLike<number>);
