import { describe, expect, test } from "vitest";
import { loadTorch, readTorch } from "../../src/files/index.js";
import { useRuntime } from "../helpers.js";
import { asExpected, described, type Expected, goldenFiles } from "./golden.js";

const runtime = await useRuntime();
const golden = goldenFiles<{ tensors?: Record<string, Expected>; throws?: true }>("pytorch-files");

describe("files that PyTorch wrote", () => {
  test("are all expected to hold something", () =>
    expect(golden.cases.map(([name]) => name).sort()).toEqual(golden.names.sort()));

  test.each(golden.cases.filter(([, { throws }]) => !throws))("%s", (name, { tensors = {} }) => {
    const got = loadTorch(golden.bytes(name), { runtime });
    expect([...got.keys()]).toEqual(Object.keys(tensors));
    for (const [key, want] of Object.entries(tensors)) {
      const tensor = got.get(key);
      if (!tensor) throw new Error(key);
      expect(described(tensor), key).toEqual(asExpected(want));
    }
  });

  test.each([
    ["module.pt", "torch.nn.modules.container.Sequential is not among the names that tensors need"],
    ["evil.pt", "posix.system is not among the names that tensors need"],
    ["evil.pkl", "__builtin__.eval is not among the names that tensors need"],
    ["truncated.pth", "no zip archive, or cut off"],
    ["not-a-checkpoint.pth", 'expected a file of torch.save, got "<html>404</h" (a web page?)'],
    ["short-storage.pt", "expected 12 bytes for 3 elements of F32, got 8"],
  ])("%s is refused: %s", (name, message) => {
    const { tensors } = runtime.stats();
    const load = () => loadTorch(golden.bytes(name), { runtime, file: name });
    expect(load).toThrow(RangeError);
    expect(load).toThrow(message);
    expect(load).toThrow(new RegExp(`^loadTorch: ${name}.* at offset \\d+: `));
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test("what needs code says what to do instead", () => {
    const load = () => loadTorch(golden.bytes("module.pt"), { runtime });
    expect(load).toThrow("torch.save(model.state_dict(), path)");
  });
});

test("the tree has the plain values between the tensors", () => {
  const tree = readTorch(golden.bytes("training.tar"), { runtime }) as Map<string, unknown>;
  expect(tree.get("epoch")).toBe(3);
  const model = tree.get("model") as Map<string, { shape: number[] }>;
  expect(model.get("0.weight")?.shape).toEqual([3, 2, 3, 3]);
});

test.each(["state-dict-legacy.pth", "training.tar"])("a Buffer of %s stays as it is", (name) => {
  const bytes = Buffer.from(golden.bytes(name));
  const first = [...loadTorch(bytes, { runtime })].map(([key, x]) => [key, described(x)]);
  expect(Buffer.compare(bytes, golden.bytes(name))).toBe(0);
  expect([...loadTorch(bytes, { runtime })].map(([key, x]) => [key, described(x)])).toEqual(first);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  expect([...loadTorch(shared, { runtime })].map(([key, x]) => [key, described(x)])).toEqual(first);
});

test("keys that share a tensor in the file share it here", () => {
  const got = loadTorch(golden.bytes("tied.pt"), { runtime });
  expect(got.get("a")).toBe(got.get("b"));
});

test("some entries are chosen, by the names that were joined", () => {
  const options = { runtime, only: ["model.1.weight", "model.4.bias"], skip: ["model.4.bias"] };
  expect([...loadTorch(golden.bytes("training.tar"), options).keys()]).toEqual(["model.1.weight"]);
  const none = { runtime, only: ["model.9.weight"] };
  expect(() => loadTorch(golden.bytes("training.tar"), none)).toThrow(
    'loadTorch: there is no "model.9.weight" in the file',
  );
});

test.each([
  [new ArrayBuffer(3), "loadTorch: expected a Uint8Array, got ArrayBuffer: write new Uint8Array"],
  ["a.pth", 'loadTorch: expected a Uint8Array, got "a.pth"'],
])("%o is no file", (bytes, message) => {
  expect(() => loadTorch(bytes as never, { runtime })).toThrow(TypeError);
  expect(() => loadTorch(bytes as never, { runtime })).toThrow(message);
});
