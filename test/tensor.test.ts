import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { loadSafetensors, saveSafetensors } from "../src/io/safetensors.js";
import { createRuntime } from "../src/runtime/create-runtime.js";
import { type AnyTensor, full, keep, ones, Tensor, tensor, tidy, zeros } from "../src/tensor.js";
import { useRuntime } from "./helpers.js";

const runtime = await useRuntime();

describe("tensor", () => {
  test("copies data in and knows shape, dtype and size", () => {
    const source = Float32Array.of(1, 2, 3, 4, 5, 6);
    const x = tensor(source, [2, 3], { runtime });
    source.fill(0);
    expect([x.shape, x.dtype, x.size]).toEqual([[2, 3], "float32", 6]);
    expect([...x.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("takes the dtype of the typed array, numbers as float32, a number as a scalar", () => {
    expect(tensor(Int32Array.of(1), [1], { runtime }).data).toBeInstanceOf(Int32Array);
    expect(tensor(Uint8Array.of(1), [1], { runtime }).data).toBeInstanceOf(Uint8Array);
    expect(tensor(BigInt64Array.of(5n), [], { runtime }).item()).toBe(5);
    expect(tensor(Float64Array.of(0.1), [1], { runtime }).item()).toBe(0.1);
    expect(tensor([1, 2], undefined, { runtime }).shape).toEqual([2]);
    expect(tensor(3, undefined, { runtime }).shape).toEqual([]);
    expect(tensor([1, 2], [2], { runtime, dtype: "int32" }).data).toEqual(Int32Array.of(1, 2));
  });

  test("zeros, ones, full, empty shapes", () => {
    expect([...zeros([2], { runtime }).data]).toEqual([0, 0]);
    expect([...ones([2], { runtime, dtype: "int64" }).data]).toEqual([1n, 1n]);
    expect([...full([1, 2], 7, { runtime }).data]).toEqual([7, 7]);
    expect(zeros([0, 3], { runtime }).data.length).toBe(0);
  });

  test.each<[string, () => unknown, ErrorConstructor, string]>([
    [
      "wrong length",
      () => tensor([1, 2, 3], [2], { runtime }),
      RangeError,
      "tensor: expected 2 elements for shape [2], got 3",
    ],
    [
      "negative length",
      () => zeros([-1], { runtime }),
      RangeError,
      "lengths ≥ 0 with fewer than 2³¹ elements, got [-1]",
    ],
    ["fraction", () => zeros([1.5], { runtime }), RangeError, "got [1.5]"],
    ["too large", () => zeros([2 ** 16, 2 ** 15], { runtime }), RangeError, "got [65536, 32768]"],
    [
      "no shape",
      () => zeros(3 as unknown as number[], { runtime }),
      TypeError,
      "zeros: expected a shape (an array of lengths), got 3: write [3]",
    ],
    [
      "nested",
      () => tensor([[1]] as unknown as number[], [1], { runtime }),
      TypeError,
      "nested arrays need flat()",
    ],
    [
      "null",
      () => tensor([1, null] as unknown as number[], [2], { runtime }),
      TypeError,
      "tensor: expected an array of numbers, got null at index 1",
    ],
    ["holes", () => tensor(new Array(2), [2], { runtime }), TypeError, "got undefined at index 0"],
    [
      "filled with null",
      () => full([2], null as unknown as number, { runtime }),
      TypeError,
      "full: expected value to be a number, got null",
    ],
    ["no data", () => tensor("x" as unknown as number, [1], { runtime }), TypeError, 'got "x"'],
    [
      "unknown dtype",
      () => zeros([1], { runtime, dtype: "float16" as "float32" }),
      TypeError,
      "unknown dtype float16",
    ],
    [
      "foreign array",
      () => tensor(new Uint16Array(1) as unknown as Uint8Array, [1], { runtime }),
      TypeError,
      "no dtype for Uint16Array",
    ],
    [
      "bigints in float32",
      () => tensor(new BigInt64Array(1), [1], { runtime, dtype: "float32" }),
      TypeError,
      "int64",
    ],
    [
      "gradient of integers",
      () => zeros([1], { runtime, dtype: "int32", requiresGrad: true }),
      TypeError,
      "only float32",
    ],
  ])("refuses %s", (_, make, type, message) => {
    const before = runtime.stats();
    expect(make).toThrow(type);
    expect(make).toThrow(message);
    expect(runtime.stats()).toEqual({ ...before });
  });

  test("reshape shares memory, −1 is worked out, misfits are refused", () => {
    const x = tensor([1, 2, 3, 4], [4], { runtime });
    const y = x.reshape([2, -1]);
    expect(y.shape).toEqual([2, 2]);
    x.data[3] = 9;
    expect(y.data[3]).toBe(9);
    x.dispose();
    expect(y.data[3]).toBe(9);
    for (const shape of [[3], [-1, 3], [-1, -1], [0, -1]])
      expect(() => y.reshape(shape)).toThrow("of 4 elements");
  });

  test("used after dispose: says which and what to do", () => {
    const x = zeros([2, 3], { runtime });
    x.dispose();
    x.dispose();
    expect(() => x.data).toThrow("tensor of shape [2, 3] was used after it was disposed");
    expect(() => x.reshape([6])).toThrow("disposed");
    expect(String(x)).toBe("Tensor(float32, [2, 3], disposed)");
  });

  test("item of several elements is refused", () => {
    expect(() => zeros([2], { runtime }).item()).toThrow(
      "item: expected one element, got shape [2]",
    );
  });

  test("toArray is a copy", () => {
    const x = ones([2], { runtime });
    const copy = x.toArray();
    x.data[0] = 5;
    expect([...copy]).toEqual([1, 1]);
  });
});

describe("lifetime", () => {
  const bytes = () => runtime.stats().bytes;

  test("using frees at the end of the block", () => {
    const before = bytes();
    {
      using x = zeros([100], { runtime });
      expect(x.size).toBe(100);
    }
    expect(bytes()).toBe(before);
  });

  test("tidy frees all but what is returned, wherever it hides", () => {
    const before = bytes();
    const kept = tidy(() => {
      zeros([100], { runtime });
      const small = () => zeros([16], { runtime });
      return { list: [small()], map: new Map([[small(), small()]]), set: new Set([small()]) };
    });
    expect(bytes() - before).toBe(256);
    for (const x of [...kept.list, ...[...kept.map].flat(), ...kept.set]) x.dispose();
    expect(bytes()).toBe(before);
  });

  test("nested tidy: what the inner returns belongs to the outer", () => {
    const before = bytes();
    tidy(() => {
      const x = tidy(() => zeros([16], { runtime }));
      expect(x.disposed).toBe(false);
    });
    expect(bytes()).toBe(before);
  });

  test("tidy frees when the function throws, and refuses promises", () => {
    const before = bytes();
    expect(() =>
      tidy(() => {
        zeros([100], { runtime });
        throw new Error("mine");
      }),
    ).toThrow("mine");
    expect(() => tidy(async () => zeros([100], { runtime }))).toThrow(
      "tidy: expected a synchronous function",
    );
    expect(bytes()).toBe(before);
  });

  test("keep takes a tensor out of every tidy", () => {
    const x = tidy(() => tidy(() => void keep(zeros([16], { runtime }))));
    expect(x).toBeUndefined();
    let kept: AnyTensor | undefined;
    tidy(() => {
      kept = keep(zeros([16], { runtime }));
    });
    expect(kept?.disposed).toBe(false);
    kept?.dispose();
  });

  test("a tensor nobody can reach is freed by the collector", async () => {
    const own = await createRuntime({ threads: 1 });
    (() => {
      for (let i = 0; i < 10; i++) zeros([1000], { runtime: own });
    })();
    expect(own.stats().tensors).toBe(10);
    for (let i = 0; i < 50 && own.stats().tensors > 0; i++) {
      (globalThis as unknown as { gc(): void }).gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(own.stats()).toMatchObject({ tensors: 0, bytes: 0 });
    own.close();
  });

  test("is a Tensor for instanceof", () => {
    expect(zeros([1], { runtime })).toBeInstanceOf(Tensor);
  });
});

describe("as text", () => {
  test("shape and values, columns aligned", () => {
    const x = tensor([1, -2.5, 0.1, 1e10, Number.NaN, -0], [2, 3], { runtime });
    expect(String(x)).toBe(
      "Tensor(float32, [2, 3])\n[[          1,        -2.5,         0.1],\n [10000000000,         NaN,           0]]",
    );
    expect(String(tensor(3, [], { runtime }))).toBe("Tensor(float32, []) 3");
    expect(String(tensor([1, 2, 3], [3], { runtime }))).toBe("Tensor(float32, [3]) [1, 2, 3]");
    expect(String(tensor(Float64Array.of(0.1), [1], { runtime }))).toBe(
      "Tensor(float64, [1]) [0.1]",
    );
    expect(String(tensor(BigInt64Array.of(7n), [], { runtime }))).toBe("Tensor(int64, []) 7");
    expect(String(zeros([2, 0], { runtime }))).toBe("Tensor(float32, [2, 0]) []");
    expect(String(zeros([2 ** 22, 0], { runtime }))).toBe("Tensor(float32, [4194304, 0]) []");
    expect(String(tensor([0.013660355471074581], [1], { runtime }))).toBe(
      "Tensor(float32, [1]) [0.0136603555]",
    );
  });

  test("in a template, and no operator computes with it", () => {
    const x = tensor([3], [1], { runtime });
    expect(`${x}`).toBe("Tensor(float32, [1]) [3]");
    expect([x].join()).toBe(`${x}`);
    const operand = x as never as number;
    for (const compute of [() => operand * 2, () => +operand, () => operand + operand])
      expect(compute).toThrow("tensor: operators do not compute with tensors: use add(x, y)");
  });

  test("of more than 1,000 elements the ends, and lines of at most 80", () => {
    expect(String(zeros([1001], { runtime }))).toBe(
      "Tensor(float32, [1001]) [0, 0, 0, …, 0, 0, 0]",
    );
    const lines = String(zeros([30, 7, 9], { runtime })).split("\n");
    expect(lines).toHaveLength(1 + 6 * 7 + 1);
    expect(lines[22]).toBe(" …,");
    for (const line of String(zeros([1000], { runtime })).split("\n"))
      expect(line.length).toBeLessThan(80);
  });

  test("console.log and JSON", () => {
    const x = tensor([1, 0.5], [2], { runtime });
    expect(inspect({ x })).toBe("{ x: Tensor(float32, [2]) [  1, 0.5] }");
    expect(JSON.stringify(x)).toBe('{"shape":[2],"dtype":"float32","data":[1,0.5]}');
    const large = tensor(BigInt64Array.of(3n, 2n ** 60n), [2], { runtime });
    expect(JSON.parse(JSON.stringify(large)).data).toEqual([3, "1152921504606846976"]);
    const wild = tensor([Number.NaN, Infinity, -Infinity, 3], [4], { runtime });
    expect(JSON.parse(JSON.stringify(wild)).data).toEqual(["NaN", "Infinity", "-Infinity", 3]);
  });
});

test("typed arrays of another realm are as good as one's own", () => {
  const there = (code: string) => runInNewContext(code);
  expect(tensor(there("Float64Array.of(1, 2)"), [2], { runtime }).dtype).toBe("float64");
  expect(tensor(there("[1, 2]"), [2], { runtime }).toArray()).toEqual(Float32Array.of(1, 2));
  const wide = tensor(there("BigInt64Array.of(5n)"), [1], { runtime });
  expect(wide.item()).toBe(5);
  const file = saveSafetensors(new Map([["x", wide]]));
  const bytes = there(`Uint8Array.of(${file.join()})`);
  expect(loadSafetensors(bytes, { runtime }).get("x")?.item()).toBe(5);
});

test("toArray is memory of its own, for what takes no shared memory", async () => {
  const x = tensor([1, 2], [2], { runtime });
  const bytes = await new Response(x.toArray()).arrayBuffer();
  expect(new Float32Array(bytes)).toEqual(Float32Array.of(1, 2));
});
