// Checkpoints made by hand: what PyTorch writes seldom, and what nobody should.
import { execFileSync } from "node:child_process";
import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { loadTorch, readTorch } from "../../src/files/index.js";
import { writeZip } from "../../src/files/write-zip.js";
import type { Tensor } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";
import { described } from "./golden.js";
import {
  call,
  checkpoint,
  code,
  dict,
  floats,
  get,
  int,
  list,
  name,
  none,
  type Part,
  pickle,
  put,
  storage,
  text,
  tuple,
  view,
} from "./pickles.js";

const runtime = await useRuntime();
const load = (bytes: Uint8Array, options = {}) => loadTorch(bytes, { runtime, ...options });
const pair = { size: 2, shape: [2], strides: [1] };

describe("is read", () => {
  test("big-endian storages", () => {
    const bytes = checkpoint(view(pair), { 0: floats(1.5, -2).reverse() }, { byteorder: "big" });
    expect(described(load(bytes).get("") as never).data).toEqual([-2, 1.5]);
  });

  test("tensors of an untyped storage, with a dtype of their own (_rebuild_tensor_v3)", () => {
    const made = call(
      name("torch._utils", "_rebuild_tensor_v3"),
      storage("torch.storage.UntypedStorage", "0", 4),
      int(0),
      tuple(int(2)),
      tuple(int(1)),
      none,
      none,
      name("torch", "uint16"),
    );
    const bytes = checkpoint(dict({ a: made }), { 0: Uint8Array.of(1, 0, 255, 255) });
    expect(described(load(bytes).get("a") as never)).toEqual({
      dtype: "int32",
      shape: [2],
      data: [1, 65535],
    });
  });

  test("a tensor with attributes (_rebuild_from_type_v2)", () => {
    const args = tuple(
      storage("torch.FloatStorage", "0", 2),
      int(1),
      tuple(int(1)),
      tuple(int(1)),
      none,
      none,
    );
    const made = call(
      name("torch._tensor", "_rebuild_from_type_v2"),
      name("torch._utils", "_rebuild_tensor_v2"),
      name("torch", "Tensor"),
      args,
      dict({}),
    );
    const bytes = checkpoint(made, { 0: floats(1, 2) });
    expect(described(load(bytes).get("") as never).data).toEqual([2]);
  });

  test("lists, sets, sizes, devices and dtypes between the tensors", () => {
    const bytes = checkpoint(
      dict({
        steps: list(int(1), none, list(text("a"))),
        size: call(name("torch", "Size"), tuple(int(3), int(4))),
        device: call(name("torch", "device"), text("cuda"), int(0)),
        dtype: name("torch", "float8_e4m3fn"),
        milestones: call(name("collections", "Counter"), dict({ a: int(2) })),
        tags: call(name("__builtin__", "set"), list(int(7))),
        kind: name("collections", "OrderedDict"),
      }),
    );
    const tree = readTorch(bytes, { runtime });
    expect(tree).toEqual(
      new Map<unknown, unknown>([
        ["steps", [1, null, ["a"]]],
        ["size", [3, 4]],
        ["device", "cuda:0"],
        ["dtype", "float8_e4m3fn"],
        ["milestones", new Map([["a", 2]])],
        ["tags", new Set([7])],
        ["kind", "collections.OrderedDict"],
      ]),
    );
    expect(load(bytes).size).toBe(0);
  });

  test("tensors in sets, and as keys", () => {
    const bytes = checkpoint(
      [...dict({}), 0x28, ...put(view(pair), 1), ...code("\x8f("), ...get(1), ...code("\x90u")],
      { 0: floats(1, 2) },
    );
    const [[key, set]] = readTorch(bytes, { runtime }) as Map<Tensor, Set<Tensor>>;
    expect(described(key).data).toEqual([1, 2]);
    expect([...set]).toEqual([key]);
  });

  test("values of one key beside each other, and one tensor twice under a key", () => {
    const numbers = dict({ "a.b": int(1), a: dict({ b: int(2) }), c: view(pair) });
    const bytes = checkpoint(numbers, { 0: floats(1, 2) });
    expect([...load(bytes).keys()]).toEqual(["c"]);
    expect([...(readTorch(bytes, { runtime }) as Map<string, unknown>).keys()]).toHaveLength(3);
    const same = dict({ "a.b": put(view(pair), 1), a: dict({ b: get(1) }) });
    expect([...load(checkpoint(same, { 0: floats(1, 2) })).keys()]).toEqual(["a.b"]);
  });

  test("what has a neighbour that cannot be had", () => {
    const complex = view({ ...pair, type: "ComplexFloatStorage", key: "1" });
    const entries = dict({ a: view(pair), z: complex });
    const bytes = checkpoint(entries, { 0: floats(1, 2), 1: new Uint8Array(16) });
    expect(() => load(bytes)).toThrow('loadTorch: file: "z": expected a dtype of F64');
    expect(() => load(bytes)).toThrow('got "complex64"; { skip } of loadTorch leaves it out');
    expect([...load(bytes, { skip: ["z"] }).keys()]).toEqual(["a"]);
  });

  const python = (() => {
    try {
      execFileSync("python3", ["-c", ""], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  })();

  test.skipIf(!python).each([2, 3, 4, 5])("pickle protocol %d, as Python writes it", (protocol) => {
    const program = `import pickle, sys
big = {"n": [0, -1, 255, 65536, 2**31, -2**40, 2**70, 0.5, True, None], "t": ("é", b"ab", {}, [], ())}
sys.stdout.buffer.write(pickle.dumps(big, protocol=${protocol}))`;
    const made = new Uint8Array(execFileSync("python3", ["-c", program]));
    if (protocol === 2) return expect(() => load(checkpoint(made))).toThrow("_codecs.encode");
    const numbers = [0, -1, 255, 65536, 2 ** 31, -(2 ** 40), 2n ** 70n, 0.5, true, null];
    expect(readTorch(checkpoint(made), { runtime })).toEqual(
      new Map<string, unknown>([
        ["n", numbers],
        ["t", ["é", Uint8Array.of(97, 98), new Map(), [], []]],
      ]),
    );
  });
});

/** Lists that hold the last one twice, over and over: 2⁶⁰ leaves in 500 bytes. */
const laughs = () => {
  let value = put(list(int(1)), 0);
  for (let i = 1; i < 60; i++) value = put(list(value, get(i - 1)), i);
  return value;
};
const nested = (depth: number) => {
  let value = list();
  for (let i = 0; i < depth; i++) value = list(value);
  return value;
};
const entries = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [String(i), none]));
/** A list that is its own item. */
const ring = [0x5d, 0x71, 0, 0x68, 0, 0x61];
describe("is refused", () => {
  test.each<[string, Uint8Array, string]>([
    [
      "lists that hold each other over and over",
      checkpoint(laughs()),
      "more values than its bytes can hold",
    ],
    ["a list in itself", checkpoint(ring), "lists lie deeper than 200 within each other"],
    ["lists far within each other", checkpoint(nested(300)), "lists lie deeper than 200"],
    [
      "one number as a billion",
      checkpoint(view({ size: 1, shape: [1 << 30], strides: [0] }), { 0: floats(1) }),
      "are far larger than the file",
    ],
    [
      "one storage as many tensors",
      checkpoint(
        list(
          ...Array.from({ length: 2000 }, () => view({ size: 4096, shape: [4096], strides: [1] })),
        ),
        { 0: new Uint8Array(4 * 4096) },
      ),
      "are far larger than the file",
    ],
    [
      "a view beyond its storage",
      checkpoint(view({ size: 2, offset: 1, shape: [2], strides: [1] }), { 0: floats(1, 2) }),
      "a/data.pkl at offset 112: torch._utils._rebuild_tensor_v2: a view that ends at element 3 does not fit",
    ],
    [
      "a negative stride",
      checkpoint(view({ ...pair, strides: [-1] }), { 0: floats(1, 2) }),
      "expected a storage, an offset, a shape and strides",
    ],
    [
      "a storage that is not there",
      checkpoint(view(pair)),
      "a/data/0 at offset 0: this storage is not in the archive",
    ],
    [
      "a name as long as the file",
      checkpoint([...text("torch"), ...text(`float8_${"x".repeat(1000)}`), 0x93]),
      "is not among the names",
    ],
    [
      "more axes than a tensor has",
      checkpoint(view({ size: 1, shape: Array(65).fill(1), strides: Array(65).fill(1) }), {
        0: floats(1),
      }),
      "fewer than 2³¹ elements and at most 64 axes",
    ],
    ["a call of a number", checkpoint(call(int(1), int(2))), "expected a name and its arguments"],
    [
      "a name of a module of torch's",
      checkpoint(name("torch.hub", "load")),
      "torch.hub.load is not among the names",
    ],
    [
      "a name in a stack",
      checkpoint([...text("os"), ...text("system"), 0x93]),
      "os.system is not among the names",
    ],
    [
      "an operation that calls by name",
      checkpoint([0x28, ...text("ls"), ...Buffer.from("ios\nsystem\n")]),
      "no pickle of tensors has the operation 0x69",
    ],
    [
      "a pickle that ends early",
      checkpoint(Uint8Array.of(0x80, 2, 0x7d)),
      "expected 1 more bytes, there are 0",
    ],
    [
      "another archive",
      writeZip("", [["a.txt", new Uint8Array(3)]]),
      "there is no data.pkl in the archive",
    ],
    ["a pickle of something else", pickle(int(3)), "a pickle, and not one of torch.save"],
  ])("%s", (_, bytes, message) => {
    expect(() => load(bytes)).toThrow(RangeError);
    expect(() => load(bytes)).toThrow(message);
    expect(() => readTorch(bytes, { runtime })).toThrow(RangeError);
  });

  test.each<[string, Part, Part]>([
    ["a device of two devices", name("torch", "device"), text("x".repeat(1000))],
    ["a dictionary", name("collections", "OrderedDict"), dict(entries(1000))],
    ["pairs", name("collections", "Counter"), list(...Array(1000).fill(tuple(none, none)))],
    ["a set", name("builtins", "set"), list(...Array(1000).fill(none))],
  ])("copies of %s without end", (_, called, value) => {
    const copies = (count: number) =>
      checkpoint(list(put(called, 0), put(value, 1), ...Array(count).fill(call(get(0), get(1)))));
    expect(() => readTorch(copies(20), { runtime })).not.toThrow();
    expect(() => readTorch(copies(1000), { runtime })).toThrow(
      "its calls copy more than the file holds",
    );
  });

  test("a text that doubles with each call", () => {
    let value = put(text("ab"), 0);
    for (let i = 1; i < 40; i++) value = put(call(name("torch", "device"), value, get(i - 1)), i);
    expect(() => load(checkpoint(value))).toThrow("its calls copy more than the file holds");
  });

  test("keys that hold each other over and over", () => {
    const bytes = checkpoint([...dict({}), ...laughs(), ...none, 0x73]);
    expect(() => readTorch(bytes, { runtime })).toThrow("more values than its bytes can hold");
  });

  test("two tensors of one key", () => {
    const bytes = checkpoint(dict({ "a.b": view(pair), a: dict({ b: view(pair) }) }), {
      0: floats(1, 2),
    });
    expect(() => load(bytes)).toThrow('two tensors have the key "a.b"');
    expect(readTorch(bytes, { runtime })).toBeInstanceOf(Map);
  });

  test("as many long keys as would fill the memory", () => {
    const long = put(dict({ ["k".repeat(20_000)]: none }), 1);
    const times = (count: number) =>
      checkpoint(list(long, ...Array.from({ length: count }, () => get(1))));
    expect(() => load(times(10))).not.toThrow();
    expect(() => load(times(200))).toThrow("more values than its bytes can hold");
  });
});

/** An archive of one deflated entry that claims `size` bytes. */
function deflated(entry: string, contents: Uint8Array, size = contents.length): Uint8Array {
  const packed = new Uint8Array(deflateRawSync(contents));
  const bytes = writeZip("", [[entry, packed]]);
  const view = new DataView(bytes.buffer);
  const directory = bytes.length - 22 - 46 - entry.length;
  view.setUint16(8, 8, true);
  view.setUint16(directory + 10, 8, true);
  view.setUint32(directory + 24, size, true);
  return bytes;
}

describe("a deflated entry", () => {
  const value = pickle(dict({ a: int(5) }));
  test("is read", () => {
    expect(readTorch(deflated("a/data.pkl", value), { runtime })).toEqual(new Map([["a", 5]]));
  });

  test.each([
    [value.length + 1, "inflated, got"],
    [value.length - 1, "inflated, got more"],
    [2 ** 32 - 2, "claims 4294967294 bytes, but has"],
  ])("that claims %d bytes is refused", (size, message) => {
    expect(() => load(deflated("a/data.pkl", value, size))).toThrow(RangeError);
    expect(() => load(deflated("a/data.pkl", value, size))).toThrow(message);
  });
});

test("entries that share bytes are refused", () => {
  const bytes = writeZip("", [
    ["a", new Uint8Array(100)],
    ["b", new Uint8Array(100)],
  ]);
  const directory = bytes.length - 22 - 2 * 47;
  new DataView(bytes.buffer).setUint32(directory + 47 + 42, 10, true);
  expect(() => load(bytes)).toThrow("its 100 bytes reach into what begins at 10");
});
