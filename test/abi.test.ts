import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { rowSets } from "./reference/layer-norm.js";
import { backward, forward } from "./reference/sets.js";

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url));
const document = read("dist/abi.md").toString();

/** name → its arguments, as in the document. */
const signatures = new Map(
  [...document.matchAll(/^### (\w+)\n\n```\n\1\(([^)]*)\)/gm)].map(([, name, list]) => [
    name,
    list === "" ? [] : list.split(", ").map((argument) => argument.split(": ")),
  ]),
);

type Kernel = (...args: number[]) => number | undefined;

/** Calls a kernel with its arguments by name, in the order of the document. */
function call(exports: WebAssembly.Exports, name: string, values: Record<string, number>) {
  const args = (signatures.get(name) as string[][]).map(([argument]) => values[argument]);
  return (exports[name] as Kernel)(...args);
}

describe.each(["simd", "relaxed", "simd-threads", "relaxed-threads"])("%s.wasm", (variant) => {
  test("exports exactly the documented kernels, with as many arguments", async () => {
    const shared = variant.endsWith("threads");
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared });
    const { instance } = await WebAssembly.instantiate(read(`build/${variant}.wasm`), {
      env: { memory },
    });
    const exported = Object.entries(instance.exports) as [string, Kernel][];
    const counts = Object.fromEntries(exported.map(([name, { length }]) => [name, length]));
    const documented = [...signatures].map(([name, list]) => [name, list.length]);
    expect(counts).toEqual(Object.fromEntries(documented));
    expect((instance.exports.abi as Kernel)()).toBe(variant.startsWith("relaxed") ? 7 : 6);
  });
});

test("no list of arguments is longer than one can read", () => {
  const long = [...signatures].filter(([, list]) => list.length > 16);
  expect(long.map(([name]) => name)).toEqual([]);
});

test("every kernel with a range says what an item of it is, itself or for its whole file", () => {
  const tells = (text: string) => /range|item|elements|bytes begin/i.test(text);
  const silent = document.split(/^## /m).flatMap((file) => {
    const [head, ...kernels] = file.split(/^### /m);
    if (tells(head)) return [];
    return kernels.filter((text) => text.includes("begin: i32") && !tells(text));
  });
  expect(silent).toEqual([]);
});

test("a layer norm, forward and backward, by WebAssembly.instantiate and the document alone", async () => {
  const [rows, cols, eps] = [5, 13, 1e-5];
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const { instance } = await WebAssembly.instantiate(read("build/simd.wasm"), { env: { memory } });
  let next = 1024;
  const array = (length: number, fill: (i: number) => number = () => NaN) => {
    const view = new Float32Array(memory.buffer, next, length).map((_, i) => fill(i));
    new Float32Array(memory.buffer, next, length).set(view);
    const at = next;
    next += Math.ceil(length / 16) * 64;
    return at;
  };
  const floats = (at: number, length: number) => new Float32Array(memory.buffer, at, length);

  const size = rows * cols;
  const x = array(size, (i) => ((i * 37) % 23) - 9);
  const dy = array(size, (i) => ((i * 17) % 11) / 4 - 1);
  const weight = array(cols, (i) => 1 + i / 8);
  const bias = array(cols, (i) => i / 4 - 1);
  const [y, dx, dweight, dbias] = [size, size, cols, cols].map((length) => array(length));
  const stats = array(rows * 3 * 2); // float64
  const blockRows = 4;
  const blocks = Math.ceil(rows / blockRows);
  const partials = array(blocks * 2 * cols);

  const common = { x, weight, bias, stats, cols, rows, centre: 1, eps, begin: 0 };
  call(instance.exports, "layerNormForward", { ...common, y, end: rows });
  call(instance.exports, "layerNormBackward", {
    ...common,
    dx,
    dy,
    partials,
    blockRows,
    end: blocks,
  });
  call(instance.exports, "layerNormParameterGradients", {
    dweight,
    dbias,
    partials,
    blocks,
    cols,
    begin: 0,
    end: cols,
  });

  const sets = rowSets(size, cols);
  const options = { weight: floats(weight, cols), bias: floats(bias, cols), eps };
  const expected = {
    y: forward(floats(x, size), sets, options),
    ...backward(floats(x, size), floats(dy, size), sets, options),
  };
  const got = { y, dx, dweight, dbias };
  for (const name of ["y", "dx", "dweight", "dbias"] as const) {
    // 13 values below 10 in float32: a few times 2⁻²⁴ of the largest term
    floats(got[name], expected[name].length).forEach((value, i) => {
      expect(Math.abs(value - expected[name][i]), `${name}[${i}]`).toBeLessThan(1e-5);
    });
  }
});
