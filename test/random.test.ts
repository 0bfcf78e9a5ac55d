import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import * as nn from "../src/nn/index.js";
import {
  defaultGenerator,
  Generator,
  manualSeed,
  rand,
  randn,
  randperm,
  uniform_,
} from "../src/random.js";
import { zeros } from "../src/tensor.js";
import { goldenJson } from "./golden.js";
import { expectSameBits, onEveryRuntime, useRuntime } from "./helpers.js";

const runtime = await useRuntime();

const from = (seed: number | bigint) => ({ runtime, generator: new Generator(seed) });
const rounded = (values: ArrayLike<number>) => Array.from(values, (v) => Number(v.toFixed(4)));

describe("the streams of torch.manual_seed on the CPU, printed by PyTorch to four digits", () => {
  test("rand", () => {
    expect(rounded(rand([5], from(42)).data)).toEqual([0.8823, 0.915, 0.3829, 0.9593, 0.3904]);
  });

  test("randn of 16 and more: blocks", () => {
    const { data } = randn([4, 3, 32, 32], from(42));
    expect(rounded(data.slice(0, 8))).toEqual([
      1.9269, 1.4873, 0.9007, -2.1055, 0.6784, -1.2345, -0.0431, -1.6047,
    ]);
  });

  test("randn below 16: float64 pairs", () => {
    expect(rounded(randn([5], from(0)).data)).toEqual([1.541, -0.2934, -2.1788, 0.5684, -1.0845]);
    expect(rounded(randn([3], from(42)).data)).toEqual([0.3367, 0.1288, 0.2345]);
  });

  test("the second of a pair waits for the next call", () => {
    const generator = new Generator(0);
    const singles = [1, 1, 1].map((n) => randn([n], { runtime, generator }).data[0]);
    expect(rounded(singles)).toEqual([1.541, -0.2934, -2.1788]);
  });

  test("randperm", () => {
    expect([...randperm(10, from(0)).data]).toEqual([4, 1, 7, 5, 3, 9, 0, 8, 6, 2]);
  });
});

describe("bit for bit what PyTorch draws", () => {
  const golden = goldenJson("random");
  const bytesOf = (values: Iterable<number>) => Buffer.from(Float32Array.from(values).buffer);
  const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  type Draw = { kind: string; seed: number; shape: number[]; data?: string; sha256?: string };

  test.each<Draw>(golden.draws)("$kind of $shape from seed $seed, in every build", async (draw) => {
    for (const { result } of await onEveryRuntime((runtime) => {
      const options = { runtime, generator: new Generator(draw.seed) };
      return bytesOf((draw.kind === "rand" ? rand : randn)(draw.shape, options).data);
    })) {
      if (draw.data) expect(result.toString("base64")).toBe(draw.data);
      else expect(digest(result)).toBe(draw.sha256);
    }
  });

  type Layer = { layer: string; args: unknown[]; options: object; sha256: string };
  const { Linear, Conv2d, ConvTranspose2d, Embedding } = nn;
  const layers: Record<string, unknown> = { Linear, Conv2d, ConvTranspose2d, Embedding };
  test("the first values of layer after layer", () => {
    manualSeed(golden.seed);
    for (const { layer, args, options, sha256 } of golden.layers as Layer[]) {
      const make = layers[layer] as new (...args: unknown[]) => nn.Module;
      const made = new make(...args, { ...options, runtime });
      const values = made.parameters().flatMap((parameter) => [...parameter.data]);
      expect(digest(bytesOf(values)), `${layer} ${args}`).toBe(sha256);
    }
  });
});

test("the twister is MT19937: its 10000th number from the default seed is the one the C++ standard names", () => {
  const generator = new Generator(5489);
  for (let i = 1; i < 10000; i++) generator.random();
  expect(generator.random()).toBe(4123659995);
});

test("a size that is no multiple of 16: the last 16 are drawn anew, the rest is that of the stream", () => {
  const whole = randn([32], from(1)).toArray();
  const odd = randn([37], from(1)).toArray();
  expect(odd.slice(0, 21)).toEqual(whole.slice(0, 21));
  expect(odd.slice(21, 32)).not.toEqual(whole.slice(21, 32));
});

test("a million normals have the moments of N(0, 1)", () => {
  const { data } = randn([1 << 20], from(3));
  const mean = data.reduce((sum, v) => sum + v, 0) / data.length;
  const variance = data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length;
  // the limits are five standard errors, which are 1/1024 and √2/1024
  expect(Math.abs(mean)).toBeLessThan(0.005);
  expect(Math.abs(variance - 1)).toBeLessThan(0.007);
});

test("the same bits on every number of threads", async () => {
  await expectSameBits((runtime) => [
    randn([100003], { runtime, generator: new Generator(9) }).toArray(),
  ]);
});

test("uniform_ stays in its range and is rounded once", () => {
  const out = uniform_(zeros([1000], { runtime }), -0.3, 0.3, new Generator(5));
  expect(Math.min(...out.data)).toBeGreaterThanOrEqual(Math.fround(-0.3));
  expect(Math.max(...out.data)).toBeLessThanOrEqual(Math.fround(0.3));
  const u = new Generator(5).uniform();
  const range = Math.fround(Math.fround(0.3) + Math.fround(0.3));
  expect(out.data[0]).toBe(Math.fround(u * range + Math.fround(-0.3)));
});

test("manualSeed restarts the default stream, the spare normal included", () => {
  const draw = () => {
    manualSeed(8);
    return [...randn([3], { runtime }).data];
  };
  expect(draw()).toEqual(draw());
});

test("seeds: low 32 bits count, bigints and negatives pass, others are refused", () => {
  const first = (seed: number | bigint) => new Generator(seed).random();
  expect(first(2n ** 32n + 7n)).toBe(first(7));
  expect(first(-1)).toBe(first(0xffffffff));
  for (const seed of [0.5, Number.NaN, 2 ** 53, 2n ** 64n]) {
    expect(() => new Generator(seed)).toThrow(RangeError);
  }
});

test("empty shapes, requiresGrad and refused arguments", () => {
  expect(randn([0, 3], from(1)).size).toBe(0);
  expect(randperm(0, from(1)).size).toBe(0);
  expect(rand([2], { ...from(1), requiresGrad: true }).requiresGrad).toBe(true);
  expect(() => rand([-1], from(1))).toThrow(RangeError);
  expect(() => randperm(2.5, from(1))).toThrow("randperm: expected an integer from 0");
});

describe("state", () => {
  const draw = (generator: Generator) => [
    ...[1, 2].map(() => generator.random()),
    ...randn([3], { runtime, generator }).data, // this leaves the second number of a pair
    ...randn([40], { runtime, generator }).data,
    ...randperm(9, { runtime, generator }).data,
  ];

  test.each([0, 1, 623, 624, 1000])("after %i draws another generator goes on from it", (draws) => {
    const generator = new Generator(11);
    for (let i = 0; i < draws; i++) generator.random();
    randn([1], { runtime, generator });
    const other = new Generator(5).setState(generator.getState());
    expect(other.seed).toBe(11n);
    expect(draw(other)).toEqual(draw(generator));
    expect(draw(other)).toEqual(draw(generator));
  });

  test("is a copy", () => {
    const generator = new Generator(11);
    const state = generator.getState();
    const first = draw(generator);
    expect(draw(generator)).not.toEqual(first);
    expect(draw(generator.setState(state))).toEqual(first);
  });

  test("what is no state is refused and changes nothing", () => {
    const [generator, other] = [new Generator(11), new Generator(11)];
    const damaged = generator.getState();
    damaged.fill(0xff, 16, 20);
    expect(() => generator.setState(damaged)).toThrow("no state of a generator");
    expect(() => generator.setState(damaged.subarray(1))).toThrow(
      "a state of 2516 bytes, got 2515",
    );
    expect(() => generator.setState([] as unknown as Uint8Array)).toThrow(TypeError);
    expect(draw(generator)).toEqual(draw(other));
  });

  test("the default generator is what manualSeed seeds", () => {
    manualSeed(3);
    const state = defaultGenerator.getState();
    const first = [...rand([5], { runtime }).data];
    defaultGenerator.setState(state);
    expect([...rand([5], { runtime }).data]).toEqual(first);
  });
});
