import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { decodeHex } from "../../src/runtime/hex.js";
import { applyPatch } from "../../src/runtime/patch.js";
import { asShared } from "../../src/runtime/shared.js";

const variants = ["simd", "relaxed", "simd-threads", "relaxed-threads"];
const read = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)));
const sectionNames = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
];

/** The ids of a module's sections, by walking its bytes. */
function sections(bytes: Uint8Array): string[] {
  const found: string[] = [];
  for (let at = 8; at < bytes.length; ) {
    found.push(sectionNames[bytes[at++]]);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += size;
  }
  return found;
}

describe.each(variants)("%s.wasm", (name) => {
  const bytes = read(name);

  test("is stateless: one import, no start, no data, no globals, no table", async () => {
    expect(sections(bytes)).toEqual(["type", "import", "function", "export", "code"]);
    const module = await WebAssembly.compile(bytes);
    expect(WebAssembly.Module.imports(module)).toEqual([
      { module: "env", name: "memory", kind: "memory" },
    ]);
    expect(WebAssembly.Module.exports(module).every(({ kind }) => kind === "function")).toBe(true);
  });

  test("stays within its size budget of 96 KiB", () => {
    expect(bytes.length).toBeLessThan(96 * 1024);
  });
});

test("the patch makes the relaxed binary of the other, in a tenth of its bytes", () => {
  const patch = readFileSync(new URL("../../build/relaxed.patch", import.meta.url));
  expect(Buffer.from(applyPatch(read("simd"), patch)).equals(Buffer.from(read("relaxed")))).toBe(
    true,
  );
  expect(patch.length).toBeLessThan(read("relaxed").length / 10);
});

test("a patch may copy backwards and end in literals", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  // "cab": "c" by a copy from 2, "a" by a copy from 0 (three back), then a literal "b"
  const patch = new Uint8Array([3, 0, 4, 1, 0, 5, 1, 1, ...bytes("b"), 0, 0]);
  expect(applyPatch(bytes("abc"), patch)).toEqual(bytes("cab"));
});

test("a binary without a memory import is our own bug and says so", () => {
  expect(() => asShared(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))).toThrow(
    "internal: no bounded memory import",
  );
});

describe("the bytes as text", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const digits = Buffer.from(bytes).toString("hex");
  const OwnBuffer = Buffer;
  const fromHex = (text: string) => OwnBuffer.from(text, "hex");
  class Decoder extends Uint8Array<ArrayBuffer> {
    static fromHex = fromHex;
  }
  class Plain extends Uint8Array<ArrayBuffer> {
    static fromHex = undefined;
  }
  afterEach(() => vi.unstubAllGlobals());

  test.each([
    ["by the engine", Decoder, undefined],
    ["by Node", Plain, Buffer],
    ["by a loop", Plain, undefined],
  ])("%s", (_, Bytes, Nodes) => {
    vi.stubGlobal("Uint8Array", Bytes);
    vi.stubGlobal("Buffer", Nodes);
    expect([...decodeHex(digits)]).toEqual([...bytes]);
  });
});
