import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadNumpy, loadNumpyArchive, saveNumpy, saveNumpyArchive } from "../../src/files/index.js";
import { tensor } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";
import { asExpected, described, type Expected, goldenFiles } from "./golden.js";

const runtime = await useRuntime();
const golden = goldenFiles<Expected & { arrays?: Record<string, Expected>; throws?: true }>(
  "numpy-files",
);

describe("files that NumPy wrote", () => {
  test("are all expected to hold something", () =>
    expect(golden.cases.map(([name]) => name).sort()).toEqual(golden.names.sort()));

  test.each(golden.cases.filter(([, { throws, arrays }]) => !throws && !arrays))(
    "%s",
    (name, want) => {
      expect(described(loadNumpy(golden.bytes(name), { runtime }))).toEqual(asExpected(want));
    },
  );

  test.each(golden.cases.filter(([, { arrays }]) => arrays))("%s", (name, { arrays = {} }) => {
    const got = loadNumpyArchive(golden.bytes(name), { runtime });
    expect([...got.keys()]).toEqual(Object.keys(arrays));
    for (const [key, x] of got) expect(described(x)).toEqual(asExpected(arrays[key]));
    const some = loadNumpyArchive(golden.bytes(name), { runtime, skip: ["x"] });
    expect([...some.keys()]).toEqual(["y"]);
  });

  test.each([
    ["object.npy", "got '|O' (Python objects are not read); save array.astype"],
    ["truncated.npy", "'<f4' of shape [2, 3] needs 24 bytes, there are 19"],
    ["huge-shape.npy", "of shape [99999999, 3] needs 1199999988 bytes, there are 24"],
  ])("%s is refused: %s", (name, message) => {
    const load = () => loadNumpy(golden.bytes(name), { runtime, file: name });
    expect(load).toThrow(RangeError);
    expect(load).toThrow(message);
    expect(load).toThrow(new RegExp(`^loadNumpy: ${name} at offset \\d+: `));
  });
});

/** A .npy file with this header, its version and `size` bytes of data. */
function npy(header: string, data: ArrayLike<number>, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + text.length + data.length);
  bytes.set([
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    version,
    0,
    text.length & 255,
    text.length >> 8,
  ]);
  bytes.set(text, start);
  bytes.set(data, start + text.length);
  return bytes;
}
const fields = (descr: string, shape = "(2,)", fortran = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;

test.each<[string, Uint8Array, Expected]>([
  ["of version 2.0", npy(fields("|u1"), [1, 2], 2), { dtype: "uint8", shape: [2], data: [1, 2] }],
  ["of version 3.0", npy(fields("|u1"), [1, 2], 3), { dtype: "uint8", shape: [2], data: [1, 2] }],
  [
    "in another order of fields",
    npy("{'shape': (2L,), 'descr': '|i1', 'fortran_order': False}", [1, 255]),
    { dtype: "int32", shape: [2], data: [1, -1] },
  ],
  [
    "big-endian int64",
    npy(fields(">i8", "()"), [255, 255, 255, 255, 255, 255, 255, 254]),
    { dtype: "int64", shape: [], data: [-2] },
  ],
  [
    "big-endian uint16",
    npy(fields(">u2"), [1, 0, 255, 255]),
    { dtype: "int32", shape: [2], data: [256, 65535] },
  ],
  [
    "uint32 that needs float32",
    npy(fields("<u4", "(1,)"), [0, 0, 0, 128]),
    { dtype: "float32", shape: [1], data: [2 ** 31] },
  ],
  [
    "of three axes in Fortran's order",
    npy(fields("|u1", "(2, 1, 3)", "True"), [1, 2, 3, 4, 5, 6]),
    { dtype: "uint8", shape: [2, 1, 3], data: [1, 3, 5, 2, 4, 6] },
  ],
])("an array %s", (_, bytes, want) => {
  expect(described(loadNumpy(bytes, { runtime }))).toEqual(want);
});

test.each<[string, Uint8Array, string]>([
  [
    "no magic",
    Uint8Array.of(1, 2, 3),
    "at offset 0: expected a .npy file (.npz: loadNumpyArchive)",
  ],
  [
    "another version",
    npy(fields("|u1"), [1, 2], 4),
    "at offset 6: expected version 1.0, 2.0 or 3.0",
  ],
  ["no shape", npy("{'descr': '<f4', 'fortran_order': False}", []), "expected shape in the header"],
  ["a negative length", npy(fields("<f4", "(-1,)"), []), "expected shape in the header"],
  [
    "something more",
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}", [0, 0, 0, 0]),
    "more than it should",
  ],
  ["complex numbers", npy(fields("<c8"), []), "got '<c8' ("],
  ["bits of four bytes", npy(fields("|b4"), []), "got '|b4'"],
  ["floats of one byte", npy(fields("|f1"), []), "got '|f1'"],
  ["texts", npy(fields("<U3"), []), "got '<U3'"],
  [
    "a table",
    npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }", []),
    "got [('a', '<f4')]",
  ],
  [
    "a header longer than numpy.load takes",
    npy(fields("|u1") + " ".repeat(10_000), [1, 2]),
    "at offset 10: a header of 10058 bytes; NumPy's have 10000 at most",
  ],
  ["bytes left over", npy(fields("|u1"), [1, 2, 3]), "needs 2 bytes, there are 3"],
  [
    "values beyond float32",
    npy(fields("<u4", "(1,)"), [1, 0, 0, 255]),
    "neither int32 nor float32 holds all values of its U32",
  ],
])("loadNumpy refuses %s", (_, bytes, message) => {
  expect(() => loadNumpy(bytes, { runtime })).toThrow(RangeError);
  expect(() => loadNumpy(bytes, { runtime })).toThrow(message);
});

test.each([
  `{'descr': '<f4', 'fortran_order': False, 'shape': (), ${"x".repeat(5000)}}`,
  fields("<f4", `(${"9".repeat(5000)},)`),
  fields("<f4", `(${"9,".repeat(2500)})`),
  fields("x".repeat(5000)),
])("a refusal shows the beginning of a long header: %#", (header) => {
  const load = () => loadNumpy(npy(header, [1]), { runtime });
  expect(load).toThrow(RangeError);
  expect(load).toThrow(/^.{0,400}$/s);
});

const everything = () =>
  new Map(
    [
      Float32Array.of(1.5, -0, Number.NaN),
      Float64Array.of(Math.PI, 0, -1),
      Int32Array.of(-1, 0, 2 ** 31 - 1),
      BigInt64Array.of(-1n, 0n, 2n ** 62n),
      Uint8Array.of(0, 1, 255),
    ].map((data) => [`a/${data.constructor.name}`, tensor(data, [3, 1], { runtime })] as const),
  );

test("what is saved comes back", () => {
  const map = everything();
  const back = loadNumpyArchive(saveNumpyArchive(map), { runtime });
  expect([...back.keys()]).toEqual([...map.keys()]);
  for (const [name, x] of map) {
    expect(back.get(name)?.toArray()).toEqual(x.toArray());
    expect(described(loadNumpy(saveNumpy(x), { runtime }))).toEqual(described(x));
  }
  for (const shape of [[], [0], [1, 2, 0, 3]]) {
    const x = tensor(new Float32Array(shape.length ? 0 : 1), shape, { runtime });
    expect(loadNumpy(saveNumpy(x), { runtime }).shape).toEqual(shape);
  }
});

test("an entry whose bytes were changed is refused by its checksum", () => {
  const bytes = saveNumpyArchive(new Map([["x", tensor([1, 2], [2], { runtime })]]));
  bytes[bytes.indexOf(0x80)] ^= 1;
  const load = () => loadNumpyArchive(bytes, { runtime, file: "a.npz" });
  expect(load).toThrow(/^loadNumpyArchive: a.npz: x.npy at offset \d+: its checksum is wrong/);
});

test("what is no tensor is refused by its name", () => {
  expect(() => saveNumpy([1] as never)).toThrow("saveNumpy: expected x to be a tensor, got Array");
  expect(() => saveNumpyArchive({} as never)).toThrow(
    "expected a Map of tensors by name, got Object",
  );
  const map = new Map([["y", 3 as never]]);
  expect(() => saveNumpyArchive(map)).toThrow(
    'saveNumpyArchive: expected "y" to be a tensor, got 3',
  );
});

test("an archive refuses names that it cannot hold", () => {
  const x = tensor([1], [1], { runtime });
  const save = (length: number) => saveNumpyArchive(new Map([["é".repeat(length), x]]));
  expect([...loadNumpyArchive(save(32_765), { runtime }).keys()][0]).toHaveLength(32_765);
  expect(() => save(32_766)).toThrow(RangeError);
  expect(() => save(32_766)).toThrow("saveNumpyArchive: expected names of at most 65535 bytes");
});

const numpy = (() => {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!numpy)("NumPy reads what is saved, and writes what is read", () => {
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-numpy-"));
  try {
    writeFileSync(join(folder, "in.npz"), saveNumpyArchive(everything()));
    const program =
      "import numpy as np, sys\nwith np.load('in.npz') as f: np.savez_compressed('out.npz', **{k: f[k] for k in f})";
    execFileSync("python3", ["-c", program], { cwd: folder });
    const back = loadNumpyArchive(new Uint8Array(readFileSync(join(folder, "out.npz"))), {
      runtime,
    });
    for (const [name, x] of everything()) expect(back.get(name)?.toArray()).toEqual(x.toArray());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
