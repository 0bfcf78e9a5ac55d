import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { asShared } from "../../src/runtime/binary.js";

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

test.each(["simd", "relaxed"])(
  "%s.wasm made shared is what asc builds for shared memory",
  (name) => {
    expect(
      Buffer.from(asShared(read(name) as Uint8Array<ArrayBuffer>)).equals(
        Buffer.from(read(`${name}-threads`)),
      ),
    ).toBe(true);
  },
);

test("a binary without a memory import is our own bug and says so", () => {
  expect(() => asShared(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))).toThrow(
    "internal: no bounded memory import",
  );
});
