// Element types that tensors do not have, entries that cannot be had, and models in several files.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  loadSafetensors,
  parseSafetensors,
  type SafetensorsArray,
  saveSafetensors,
  writeSafetensors,
} from "../../src/io/safetensors.js";
import { tensor } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";
import { fileOf } from "./safetensors-file.js";

const runtime = await useRuntime();
const one = { dtype: "F32", shape: [1], data_offsets: [0, 4] };

/** A file of one entry "a" with these bits. */
const only = (dtype: string, data: SafetensorsArray["data"]) =>
  writeSafetensors(new Map([["a", { dtype, shape: [data.length], data } as SafetensorsArray]]));

test.each<[string, SafetensorsArray["data"], string, number[]]>([
  [
    "BF16",
    Uint16Array.of(0x3f80, 0xc049, 0x7f80, 1),
    "float32",
    [1, -3.140625, Infinity, 2 ** -133],
  ],
  [
    "F16",
    Uint16Array.of(0x3c00, 0xc248, 0xfc00, 1),
    "float32",
    [1, -3.140625, -Infinity, 2 ** -24],
  ],
  ["BOOL", Uint8Array.of(0, 1, 1), "int32", [0, 1, 1]],
  ["I8", Int8Array.of(-128, 127), "int32", [-128, 127]],
  ["I16", Int16Array.of(-32768, 32767), "int32", [-32768, 32767]],
  ["U16", Uint16Array.of(0, 65535), "int32", [0, 65535]],
  ["U32", Uint32Array.of(0, 2 ** 31 - 1), "int32", [0, 2 ** 31 - 1]],
  ["U32", Uint32Array.of(3, 2 ** 31), "float32", [3, 2 ** 31]],
  ["U64", BigUint64Array.of(7n), "int32", [7]],
  ["U64", BigUint64Array.of(7n, 2n ** 63n), "float32", [7, 2 ** 63]],
  ["U64", new BigUint64Array(0), "int32", []],
])("%s %o become %s", (dtype, data, want, values) => {
  const got = loadSafetensors(only(dtype, data), { runtime }).get("a");
  expect(got?.dtype).toBe(want);
  expect(Array.from(got?.toArray() as Float32Array)).toEqual(values);
});

test.each([
  ["U32", Uint32Array.of(2 ** 32 - 1)],
  ["U64", BigUint64Array.of(2n ** 53n + 1n)],
])("%s that neither int32 nor float32 holds is refused by its name", (dtype, data) => {
  const { tensors } = runtime.stats();
  expect(() => loadSafetensors(only(dtype, data), { runtime })).toThrow(
    `loadSafetensors: "a": neither int32 nor float32 holds all values of its ${dtype}; { skip: ["a"] }`,
  );
  expect(runtime.stats().tensors).toBe(tensors);
});

test("what cannot be had stands in nobody's way", () => {
  const bytes = fileOf({ b: { dtype: "F8_E5M2", shape: [4], data_offsets: [4, 8] }, a: one }, 8);
  expect(() => loadSafetensors(bytes, { runtime })).toThrow('"b": expected a dtype of F64');
  for (const options of [{ only: ["a"] }, { skip: ["b"] }])
    expect([...loadSafetensors(bytes, { runtime, ...options }).keys()]).toEqual(["a"]);
  expect(() => loadSafetensors(bytes, { runtime, only: ["c"] })).toThrow(
    'loadSafetensors: there is no "c" in the file',
  );
});

describe("in several files", () => {
  const json = (value: unknown) => new Uint8Array(Buffer.from(JSON.stringify(value)));
  const part = (...names: string[]) =>
    saveSafetensors(new Map(names.map((name) => [name, tensor([name.length], [1], { runtime })])));
  const files = { "1.safetensors": part("a", "not.listed"), "2.safetensors": part("bb", "ccc") };
  const places = { bb: "2.safetensors", a: "1.safetensors", ccc: "2.safetensors" };

  test("are found by their index", () => {
    const index = json({ metadata: { total_size: 12 }, weight_map: places });
    const got = loadSafetensors(index, { runtime, shards: files });
    expect([...got.keys()].sort()).toEqual(["a", "bb", "ccc"]);
    expect(got.get("ccc")?.item()).toBe(3);
    const some = loadSafetensors(index, {
      runtime,
      only: ["a"],
      shards: { "1.safetensors": files["1.safetensors"] },
    });
    expect([...some.keys()]).toEqual(["a"]);
  });

  test.each<[string, unknown, string]>([
    ["no index", { bb: 1 }, 'expected an index with a "weight_map"'],
    [
      "a number for a file",
      { weight_map: { a: 3 } },
      '"a": expected a file beside the index, got 3',
    ],
    [
      "a file that is not given",
      { weight_map: { a: "3" } },
      'expected "3" in shards, where the index has "a"',
    ],
    [
      "a file without the entry",
      { weight_map: { x: "1.safetensors" } },
      '1.safetensors: there is no "x" in',
    ],
  ])("are refused with %s", (_, index, message) => {
    expect(() => loadSafetensors(json(index), { runtime, shards: files })).toThrow(RangeError);
    expect(() => loadSafetensors(json(index), { runtime, shards: files })).toThrow(message);
  });

  test("need more than the index", () => {
    const index = json({ weight_map: places });
    expect(() => loadSafetensors(index, { runtime })).toThrow(
      "(the index of a sharded model needs { shards })",
    );
  });
});

describe("in 16 bits", () => {
  /** The upper half of a float32, rounded as IEEE says, in integers. */
  const bfloat16 = (value: number) => {
    const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
    return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  };
  const written = (data: Float32Array | Float64Array, dtype: "float16" | "bfloat16") =>
    parseSafetensors(
      saveSafetensors(new Map([["a", tensor(data, [data.length], { runtime })]]), {}, { dtype }),
    ).get("a")?.data as Uint16Array;

  test("every half comes back", () => {
    for (const [dtype, type] of [
      ["float16", "F16"],
      ["bfloat16", "BF16"],
    ] as const) {
      const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
      const read = loadSafetensors(only(type, bits), { runtime })
        .get("a")
        ?.toArray() as Float32Array;
      const back = written(read, dtype);
      back.forEach((got, i) => {
        if (got !== bits[i] && !Number.isNaN(read[i])) expect.fail(`${dtype} ${i}: ${got}`);
      });
    }
  });

  test("bfloat16 is rounded to the nearest, ties to even", () => {
    const values = fc.float32Array({ minLength: 1, noNaN: true });
    fc.assert(
      fc.property(values, (list) => {
        expect(Array.from(written(list, "bfloat16"))).toEqual(Array.from(list, bfloat16));
      }),
    );
  });

  test("float16 has PyTorch's values at ties, at both ends, and for float64", () => {
    const cases: [number, number][] = [
      [1 + 2 ** -11, 0x3c00], // a tie goes to the even one below
      [1 + 3 * 2 ** -11, 0x3c02], // and above
      [1 + 2 ** -11 + 2 ** -40, 0x3c01], // by way of float32 this would be a tie
      [65519.99, 0x7bff],
      [65520, 0x7c00],
      [-1e300, 0xfc00],
      [2 ** -25, 0],
      [2 ** -25 + 2 ** -60, 1],
      [-0, 0x8000],
      [2 ** -14 - 2 ** -26, 0x0400],
      [Number.NaN, 0x7e00],
    ];
    const got = written(
      Float64Array.from(cases, ([value]) => value),
      "float16",
    );
    expect(Array.from(got)).toEqual(cases.map(([, bits]) => bits));
  });

  test("integers stay, and another dtype is refused", () => {
    const map = new Map([["n", tensor(Int32Array.of(70000), [1], { runtime })]]);
    const bytes = saveSafetensors(map, {}, { dtype: "float16" });
    expect(parseSafetensors(bytes).get("n")).toMatchObject({
      dtype: "I32",
      data: Int32Array.of(70000),
    });
    expect(() => saveSafetensors(map, {}, { dtype: "float8" as never })).toThrow(
      'saveSafetensors: expected dtype "float16" or "bfloat16", got float8',
    );
  });
});
