import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  loadSafetensors,
  parseSafetensors,
  type SafetensorsArray,
  safetensorsMetadata,
  saveSafetensors,
  writeSafetensors,
} from "../../src/io/safetensors.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { tensor } from "../../src/tensor.js";
import { fileOf } from "./safetensors-file.js";

const nets = join(import.meta.dirname, "../golden/nets");
const files = readdirSync(nets).filter((name) => name.endsWith(".safetensors"));

describe("files that PyTorch wrote", () => {
  test("are there", () => expect(files.length).toBeGreaterThan(10));

  test.each(files)("%s comes back byte for byte", (name) => {
    const bytes = new Uint8Array(readFileSync(join(nets, name)));
    const written = writeSafetensors(parseSafetensors(bytes), safetensorsMetadata(bytes));
    expect(Buffer.compare(written, bytes)).toBe(0);
  });

  test("have the values that their own offsets say", () => {
    const bytes = readFileSync(join(nets, "NormResNet-bn.final.safetensors"));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
    const arrays = parseSafetensors(bytes);
    expect([...arrays.keys()]).toEqual(Object.keys(header).filter((key) => key !== "__metadata__"));
    for (const [key, { dtype, shape, data }] of arrays) {
      expect({ dtype, shape }).toEqual({ dtype: header[key].dtype, shape: header[key].shape });
      const at = 8 + length + header[key].data_offsets[0];
      for (let i = 0; i < data.length; i++) {
        const want =
          dtype === "I64" ? bytes.readBigInt64LE(at + 8 * i) : bytes.readFloatLE(at + 4 * i);
        if (data[i] !== want) expect.fail(`${key}[${i}]: ${data[i]}, not ${want}`);
      }
    }
    expect(arrays.get("model.0.1.num_batches_tracked")).toMatchObject({ dtype: "I64", shape: [] });
    expect(safetensorsMetadata(bytes)).toEqual({ format: "pt" });
  });
});

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
const makers = {
  F16: (n: number) => fc.uint16Array({ minLength: n, maxLength: n }),
  BF16: (n: number) => fc.uint16Array({ minLength: n, maxLength: n }),
  U64: (n: number) => fc.bigUint64Array({ minLength: n, maxLength: n }),
  U32: (n: number) => fc.uint32Array({ minLength: n, maxLength: n }),
  U16: (n: number) => fc.uint16Array({ minLength: n, maxLength: n }),
  I16: (n: number) => fc.int16Array({ minLength: n, maxLength: n }),
  I8: (n: number) => fc.int8Array({ minLength: n, maxLength: n }),
  BOOL: (n: number) => fc.uint8Array({ minLength: n, maxLength: n }),
  F32: (n: number) => fc.float32Array({ minLength: n, maxLength: n }),
  F64: (n: number) => fc.float64Array({ minLength: n, maxLength: n }),
  I32: (n: number) => fc.int32Array({ minLength: n, maxLength: n }),
  I64: (n: number) => fc.bigInt64Array({ minLength: n, maxLength: n }),
  U8: (n: number) => fc.uint8Array({ minLength: n, maxLength: n }),
};
const array: fc.Arbitrary<SafetensorsArray> = fc
  .tuple(fc.constantFrom(...(Object.keys(makers) as (keyof typeof makers)[])), shapes)
  .chain(([dtype, shape]) =>
    fc.record({
      dtype: fc.constant(dtype),
      shape: fc.constant(shape),
      data: makers[dtype](shape.reduce((product, n) => product * n, 1)) as fc.Arbitrary<
        SafetensorsArray["data"]
      >,
    }),
  );
const name = fc.oneof(
  fc.string({ unit: "grapheme" }),
  // Names that objects treat specially, or that JSON escapes.
  fc.constantFrom("0", "10", "__proto__", "constructor", "", '"', "\\", '":', "a\nb", "ё"),
);
const arrays = fc
  .uniqueArray(fc.tuple(name, array), { selector: ([key]) => key, maxLength: 6 })
  .map((entries) => new Map(entries));
const metadata = fc.dictionary(name, fc.string({ unit: "grapheme" }), { noNullPrototype: true });

describe("writing and reading", () => {
  test("gives back names in their order, dtypes, shapes and bits", () => {
    fc.assert(
      fc.property(arrays, metadata, fc.integer({ min: 0, max: 9 }), (map, texts, shift) => {
        const bytes = writeSafetensors(map, texts);
        const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
        expect(length % 8).toBe(0);
        // Anywhere in a larger buffer, aligned or not.
        const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
        shifted.set(bytes);
        const back = parseSafetensors(shifted);
        expect([...back.keys()]).toEqual([...map.keys()]);
        expect(back).toEqual(map);
        expect({ ...safetensorsMetadata(bytes) }).toEqual({ ...texts });
        expect(writeSafetensors(back, safetensorsMetadata(bytes))).toEqual(bytes);
      }),
    );
  });

  test("damaged bytes are read or refused, never anything else", () => {
    const bytes = writeSafetensors(
      new Map([
        ["a", { dtype: "F32", shape: [2, 2], data: new Float32Array(4) }],
        ["b", { dtype: "U8", shape: [3], data: new Uint8Array(3) }],
      ]),
    );
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        fc.nat(255),
        fc.nat(bytes.length),
        (place, value, length) => {
          const damaged = bytes.slice(0, length);
          if (place < length) damaged[place] = value;
          try {
            for (const { dtype, shape, data } of parseSafetensors(damaged).values()) {
              expect({ dtype, shape, data }).toBeDefined();
              expect(data.length).toBe(shape.reduce((product, n) => product * n, 1));
            }
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            expect((error as Error).message).toMatch(/^parseSafetensors: /);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

const F32 = (shape: unknown, data_offsets: unknown) => ({ dtype: "F32", shape, data_offsets });
const one = F32([1], [0, 4]);

test.each<[string, Uint8Array, string]>([
  ["nothing", new Uint8Array(0), "expected at least 8 bytes, got 0"],
  ["less than a length", new Uint8Array(7), "expected at least 8 bytes, got 7"],
  [
    "a header beyond the file",
    fileOf({}, 0, 3),
    "a header of 3 bytes goes beyond the end of the file at 10",
  ],
  [
    "a zip archive",
    Uint8Array.from("PK\x03\x04 and so on", (letter) => letter.charCodeAt(0)),
    "(a zip archive: see evenkeel/files)",
  ],
  ["a header of 2⁶⁴ − 1 bytes", fileOf({}, 0, 2n ** 64n - 1n), "goes beyond the end"],
  ["no header", new Uint8Array(8), "the header is not JSON"],
  ["no JSON", fileOf("{nonsense", 0), "the header is not JSON"],
  ["JSON cut off", fileOf('{"a":', 0), "the header is not JSON"],
  [
    "no UTF-8",
    Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x22, 0xff, 0x22),
    "the header is not JSON",
  ],
  ["an array", fileOf([], 0), "the header is not a JSON object"],
  ["null", fileOf("null", 0), "the header is not a JSON object"],
  ["a space before the object", fileOf(" {}", 0), "the header is not a JSON object"],
  ["a name twice", fileOf('{"a":1, "\\u0061" :2}', 0), '"\\u0061" is there twice'],
  ["a field twice", fileOf('{"a":{"dtype":"F32","dtype":"U8"}}', 0), '"dtype" is there twice'],
  ["an entry that is no object", fileOf({ a: 3 }, 0), '"a": expected an object, got 3'],
  [
    "an unknown dtype",
    fileOf({ a: { ...one, dtype: "F8_E4M3" } }, 4),
    'BOOL, got "F8_E4M3"; { skip: ["a"] } loads the others',
  ],
  ["a dtype every object has", fileOf({ a: { ...one, dtype: "toString" } }, 4), 'got "toString"'],
  ["no dtype", fileOf({ a: { shape: [], data_offsets: [0, 4] } }, 4), "got undefined"],
  ["no shape", fileOf({ a: F32(undefined, [0, 4]) }, 4), "shape of integers ≥ 0, got undefined"],
  ["a negative length", fileOf({ a: F32([-1], [0, 4]) }, 4), "shape of integers ≥ 0, got [-1]"],
  ["half a length", fileOf({ a: F32([0.5], [0, 4]) }, 4), "shape of integers ≥ 0, got [0.5]"],
  ["a length in a text", fileOf({ a: F32(["1"], [0, 4]) }, 4), 'shape of integers ≥ 0, got ["1"]'],
  ["a huge shape", fileOf({ a: F32([2 ** 40, 2 ** 40], [0, 4]) }, 4), "needs Infinity bytes"],
  ["a large shape", fileOf({ a: F32([2 ** 40], [0, 4]) }, 4), "needs 4398046511104 bytes"],
  ["no offsets", fileOf({ a: F32([1], undefined) }, 4), "expected two data_offsets, got undefined"],
  ["one offset", fileOf({ a: F32([1], [0]) }, 4), "expected two data_offsets, got [0]"],
  [
    "a negative offset",
    fileOf({ a: F32([1], [-4, 0]) }, 4),
    "expected two data_offsets, got [-4,0]",
  ],
  [
    "offsets beyond the data",
    fileOf({ a: F32([2], [0, 8]) }, 4),
    "[0, 8] are not within the 4 bytes",
  ],
  ["offsets that run backwards", fileOf({ a: F32([1], [4, 0]) }, 4), "[4, 0] are not within"],
  [
    "a shape that does not fit",
    fileOf({ a: F32([2], [0, 4]) }, 4),
    "F32 of shape [2] needs 8 bytes, data_offsets [0, 4] hold 4",
  ],
  [
    "an overlap",
    fileOf({ a: F32([2], [0, 8]), b: F32([2], [4, 12]) }, 12),
    '"b": overlaps the array before it',
  ],
  ["the same bytes twice", fileOf({ a: one, b: one }, 4), '"b": overlaps the array before it'],
  ["a gap", fileOf({ a: one, b: F32([1], [5, 9]) }, 9), '"b": leaves a gap before it'],
  ["a gap in front", fileOf({ a: F32([1], [4, 8]) }, 8), '"a": leaves a gap before it'],
  ["bytes left over", fileOf({ a: one }, 5), "1 bytes at the end belong to no array"],
  [
    "metadata of numbers",
    fileOf({ __metadata__: { a: 1 } }, 0),
    "expected __metadata__ to hold texts",
  ],
])("parseSafetensors refuses %s", (_, bytes, message) => {
  expect(() => parseSafetensors(bytes)).toThrow(RangeError);
  expect(() => parseSafetensors(bytes)).toThrow(message);
  expect(() => parseSafetensors(bytes)).toThrow(/^parseSafetensors: /);
});

test("arrays may come in another order than their data, and an empty file holds none", () => {
  const { buffer } = Float32Array.of(1, 2);
  const bytes = fileOf({ b: F32([1], [4, 8]), a: one, e: F32([0], [4, 4]) }, 8);
  bytes.set(new Uint8Array(buffer), bytes.length - 8);
  const arrays = parseSafetensors(bytes);
  expect([...arrays.keys()]).toEqual(["b", "a", "e"]);
  expect(arrays.get("b")?.data).toEqual(Float32Array.of(2));
  expect(parseSafetensors(fileOf({}, 0)).size).toBe(0);
});

test("writeSafetensors refuses what does not agree", () => {
  const write = (key: string, array: unknown) =>
    writeSafetensors(new Map([[key, array as SafetensorsArray]]));
  const data = new Float32Array(4);
  expect(() => write("a", { dtype: "F32", shape: [3], data })).toThrow(
    'writeSafetensors: "a": shape [3] does not hold 4 elements',
  );
  expect(() => write("a", { dtype: "I32", shape: [4], data })).toThrow(TypeError);
  expect(() => write("a", { dtype: "F16", shape: [4], data })).toThrow("F16 cannot be written");
  expect(() => write("a", { dtype: "F32", shape: [4], data: [1, 2, 3, 4] })).toThrow(
    "F32 cannot be written from Array",
  );
  expect(() => write("__metadata__", { dtype: "F32", shape: [4], data })).toThrow("taken");
});

describe("tensors", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 2 });
  });
  afterAll(() => runtime.close());

  test.each(files)("%s loads and saves byte for byte", (name) => {
    const bytes = new Uint8Array(readFileSync(join(nets, name)));
    const tensors = loadSafetensors(bytes, { runtime });
    const written = saveSafetensors(tensors, safetensorsMetadata(bytes));
    expect(Buffer.compare(written, bytes)).toBe(0);
    for (const made of tensors.values()) made.dispose();
  });

  test("of every dtype come back", () => {
    const map = new Map(
      [
        Float32Array.of(1.5, Number.NaN, -0),
        Float64Array.of(Math.PI, 0, 1),
        Int32Array.of(-1, 0, 2 ** 31 - 1),
        BigInt64Array.of(-1n, 0n, 2n ** 62n),
        Uint8Array.of(0, 1, 255),
      ].map((data) => [data.constructor.name, tensor(data, [3, 1], { runtime })] as const),
    );
    const back = loadSafetensors(saveSafetensors(map), { runtime });
    expect([...back.keys()]).toEqual([...map.keys()]);
    for (const [key, want] of map) {
      const got = back.get(key);
      expect(got?.dtype).toBe(want.dtype);
      expect(got?.shape).toEqual([3, 1]);
      expect(got?.toArray()).toEqual(want.toArray());
    }
  });

  test("a disposed tensor is refused by its name", () => {
    const gone = tensor([1], [1], { runtime });
    gone.dispose();
    expect(() => saveSafetensors(new Map([["a.b", gone]]))).toThrow(
      'saveSafetensors: "a.b" of shape [1] was disposed',
    );
  });

  test("a refused file makes none", () => {
    const { tensors } = runtime.stats();
    expect(() => loadSafetensors(fileOf({ a: one }, 5), { runtime })).toThrow(RangeError);
    expect(runtime.stats().tensors).toBe(tensors);
  });
});
