import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compare, relativeError, title } from "../bench/compare.js";
import { launchesOf } from "../bench/launches.js";
import { measure, median } from "../bench/measure.js";
import { Net } from "../bench/net.js";
import { profile, profileText } from "../bench/profile.js";
import { ours, plain } from "../bench/provider.js";
import type { Result } from "../bench/run.js";
import { markdown, text } from "../bench/table.js";
import type { Workload } from "../bench/workload.js";
import { workloads } from "../bench/workloads/index.js";
import { relu } from "../src/ops/elementwise/relu.js";
import { empty, sizeOf } from "../src/tensor.js";

let engines: Awaited<ReturnType<typeof ours>> = [];
beforeAll(async () => {
  engines = await ours();
});
afterAll(() => {
  for (const { runtime } of engines) runtime.close();
});

const named = workloads.map((workload) => [title(workload, workload.shape), workload] as const);

describe("workloads", () => {
  test("have different titles", () => {
    expect(new Set(named.map(([name]) => name)).size).toBe(workloads.length);
  });

  test.each(named)("%s has a cost that grows with its shape", (_, { shape, tiny, cost }) => {
    for (const key of ["bytes", "flops"] as const) {
      expect(cost(tiny)[key]).toBeGreaterThan(0);
      expect(cost(shape)[key]).toBeGreaterThan(cost(tiny)[key]);
    }
    expect(sizeOf(tiny)).toBeLessThan(20_000);
  });

  test.each(named)("%s: providers agree", (_, workload) => {
    const before = engines.map(({ runtime }) => runtime.stats().bytes);
    compare(workload, workload.tiny, workload.plain ? [...engines, plain] : engines);
    expect(engines.map(({ runtime }) => runtime.stats().bytes)).toEqual(before);
  });
});

test("launches are run again without the host's code, and the runtime is as before", () => {
  const [{ runtime }] = engines;
  const x = empty(runtime, [8]);
  x.data.fill(-1);
  const { bytes } = runtime.stats();
  const launches = launchesOf(runtime, { run: () => [relu(x)] });
  expect(launches.count).toBe(1);
  expect(Object.hasOwn(runtime, "run")).toBe(false);
  const y = relu(x); // has the memory of the result before
  y.data.fill(7);
  launches.run();
  expect([...y.data]).toEqual(Array(8).fill(0));
  y.dispose();
  expect(runtime.stats().bytes).toBe(bytes);
  x.dispose();
});

describe("programs", () => {
  const programs = workloads.flatMap((workload) => {
    const program = workload.program?.(workload.tiny);
    return program ? [[title(workload, workload.tiny), program] as const] : [];
  });

  test.each(programs)("%s: every name is a leaf or an earlier step's", (_, program) => {
    const known = new Set(Object.keys(program.leaves));
    for (const { shape, data } of Object.values(program.leaves))
      expect(data.length).toBe(sizeOf(shape));
    for (const { inputs, name } of program.steps) {
      expect([...inputs].filter((input) => !known.has(input))).toEqual([]);
      known.add(name);
    }
    expect(program.steps.at(-1)?.name).toBe(program.result);
    expect(program.gradients.filter((name) => !(name in program.leaves))).toEqual([]);
  });

  test("a network costs what its layers do", () => {
    const net = new Net();
    const x = net.input("x", [2, 3, 8, 6], new Float32Array(288));
    const y = net.conv2d("conv", x, 5, 3, { stride: 2 });
    expect(y.shape).toEqual([2, 5, 4, 3]);
    const conv = { bytes: 4 * (288 + 120 + 135), flops: 2 * 120 * 27 };
    expect(net.cost(false)).toEqual(conv);
    net.linear("linear", net.norm("groupNorm", "norm", y, 5, {}), 7);
    const linear = { bytes: 4 * (120 + 2 * 5 * 4 * 7 + 21), flops: 2 * 3 * 280 };
    expect(net.cost(false)).toEqual({
      bytes: conv.bytes + 8 * 120 + linear.bytes,
      flops: conv.flops + 7 * 120 + linear.flops,
    });
    expect(net.cost(true)).toEqual({
      bytes: 2 * conv.bytes + 20 * 120 + 3 * linear.bytes,
      flops: 2 * conv.flops + 16 * 120 + 3 * linear.flops,
    });
  });
});

describe("compare", () => {
  const workload = {
    name: "double",
    shape: [9],
    tiny: [2],
    tolerance: 1e-6,
  } as unknown as Workload;
  const provider = (name: string, ...outputs: number[][]) => ({
    name,
    prepare: () => ({ run: () => outputs.map((output) => Float32Array.from(output)) }),
  });

  test("refuses other values, NaN, other lengths and other counts, with the row's name", () => {
    const good = provider("good", [1, 2]);
    expect(() => compare(workload, [2], [good, provider("same", [1, 2])])).not.toThrow();
    for (const bad of [[[1, 2.001]], [[1, Number.NaN]], [[1]], [[1, 2], [3]]])
      expect(() => compare(workload, [2], [good, provider("bad", ...bad)])).toThrow(
        /^double \[2\]: good and bad/,
      );
  });

  test("measures the error by norms", () => {
    expect(relativeError([3, 4.05], [3, 4])).toBeCloseTo(0.01);
    expect(relativeError([0.5], [0])).toBe(0.5);
  });
});

describe("measure", () => {
  test("leaves `before` outside the clock and gives each step three samples or more", () => {
    const spin = (ms: number) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
      return [];
    };
    const samples = measure([{ before: () => spin(30), run: () => spin(1) }, { run: () => [] }], 1);
    for (const list of samples) expect(list.length).toBeGreaterThanOrEqual(3);
    expect(Math.min(...samples[0])).toBeLessThan(30);
    expect(median(samples[0])).toBeGreaterThanOrEqual(1);
  });

  test("takes medians", () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe("profile", () => {
  test("counts a kernel's launches in a step, the host's part, and leaves the runtime as it was", () => {
    const { runtime } = engines[0];
    const run = () => {
      const [x, y] = [empty(runtime, [4096]), empty(runtime, [4096])];
      for (let i = 0; i < 3; i++) runtime.run("copyBytes", 256, 16, [y.ptr, x.ptr]);
      return [x, y];
    };
    const shares = profile(runtime, { before: run, run }, 1);
    const calls = Object.fromEntries(shares.map(({ name, calls }) => [name, calls]));
    expect(calls).toEqual({ copyBytes: 3, "host: allocate": 2, "host: the rest": 1 });
    expect(shares.every(({ ms }) => ms >= 0)).toBe(true);
    expect(Object.hasOwn(runtime, "run")).toBe(false);
  });

  test("is a table with a line for all", () => {
    const shares = [
      { name: "gemm", calls: 4, ms: 3 },
      { name: "host: the rest", calls: 1, ms: 1 },
    ];
    expect(profileText(shares).split("\n")).toEqual([
      "kernel          calls     ms  µs a call   of all",
      "gemm                4  3.000      750.0   75.0 %",
      "host: the rest      1  1.000     1000.0   25.0 %",
      "all                    4.000             100.0 %",
    ]);
  });
});

test("tables have a cell for every column and name a workload once", () => {
  const line: Result = {
    ...{ workload: "layerNorm", shape: [2, 3], variant: "simd", ms: 0.5, bestMs: 0.4, samples: 7 },
    ...{ bytes: 5e6, flops: 4e6, copyRate: 20, peakRate: 40, boundMs: 0.25 },
    ...{ host: { ms: 0.0015, launches: 2 }, twoThreadsMs: 0.3, plainMs: 6.172 },
  };
  const results = [
    line,
    { ...line, variant: "relaxed", host: null, twoThreadsMs: null, plainMs: null },
  ];
  expect(markdown(results).split("\n").slice(2)).toEqual([
    "| layerNorm [2, 3] | simd | 0.5 | 10 | 50 % | 8 | 20 % | 50 % | 1.5 µs | 2 | 1.67× | 12.3× |",
    "|  | relaxed | 0.5 | 10 | 50 % | 8 | 20 % | 50 % |  |  |  |  |",
  ]);
  expect(text(results).split("\n")[2]).toMatch(/ relaxed +0\.5 +10 +50 % +8 +20 % +50 %$/);
});
