import { readFileSync } from "node:fs";
import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openSafetensors, type SliceSource } from "../../src/files/index.js";
import { loadSafetensors, saveSafetensors } from "../../src/io/safetensors.js";
import { tensor } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";
import { fileOf } from "../io/safetensors-file.js";

const runtime = await useRuntime();
const folder = await mkdtemp(join(tmpdir(), "evenkeel-slices-"));
afterAll(() => rm(folder, { recursive: true }));
const net = new Uint8Array(readFileSync("test/golden/nets/NormResNet-bn.final.safetensors"));
const path = join(folder, "net.safetensors");
await writeFile(path, net);
const handle = await open(path);
afterAll(() => handle.close());

/** A server of files that answers ranges, if asked to. */
const files = new Map<string, Uint8Array>([["/net.safetensors", net]]);
let ranges = true;
let sent = 0;
const server = createServer((request, response) => {
  const bytes = files.get(request.url ?? "");
  const [, begin, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  if (!bytes) return response.writeHead(404).end();
  if (!ranges || !end) return response.writeHead(200).end(bytes);
  const part = bytes.subarray(Number(begin), Number(end) + 1);
  sent += part.length;
  response.writeHead(206, {
    "Content-Range": `bytes ${begin}-${Number(begin) + part.length - 1}/${bytes.length}`,
  });
  return response.end(part);
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
afterAll(() => server.close());
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/net.safetensors`;

test.each<[string, () => SliceSource]>([
  ["a Blob", () => new Blob([net])],
  ["a File", () => new File([net], "net.safetensors")],
  ["a file that was picked", () => ({ getFile: async () => new Blob([net]) })],
  ["a file handle of Node's", () => handle],
  ["a URL as text", () => url],
  ["a URL", () => new URL(url)],
  ["bytes", () => net],
  ["slices", () => ({ size: net.length, read: async (a: number, b: number) => net.slice(a, b) })],
])("%s is read as a whole file is", async (_, source) => {
  const opened = await openSafetensors(source());
  const whole = loadSafetensors(net, { runtime });
  expect(opened.names).toEqual([...whole.keys()]);
  expect(opened.metadata).toEqual({ format: "pt" });
  for (const name of opened.names) {
    const got = await opened.load(name, { runtime });
    const want = whole.get(name);
    expect((await opened.info(name)).shape).toEqual(want?.shape);
    expect([got.dtype, got.shape]).toEqual([want?.dtype, want?.shape]);
    expect(got.toArray()).toEqual(want?.toArray());
    got.dispose();
  }
});

test("only what is asked for goes over the wire", async () => {
  sent = 0;
  const opened = await openSafetensors(url);
  const header = 8 + Number(new DataView(net.buffer).getBigUint64(0, true));
  expect(sent).toBeLessThanOrEqual(header + 16);
  const before = sent;
  const { size } = await opened.load("model.0.1.running_mean", { runtime });
  expect(sent - before).toBe(4 * size);
});

test("an empty tensor asks for nothing", async () => {
  files.set("/empty", fileOf({ a: { dtype: "F32", shape: [0, 3], data_offsets: [0, 0] } }, 0));
  const opened = await openSafetensors(new URL("empty", url));
  expect((await opened.load("a", { runtime })).shape).toEqual([0, 3]);
});

describe("is refused", () => {
  test("a server without ranges, one without the file, and none", async () => {
    ranges = false;
    try {
      await expect(openSafetensors(url)).rejects.toThrow("its server sends no ranges");
    } finally {
      ranges = true;
    }
    await expect(openSafetensors(`${url}x`)).rejects.toThrow("the server says 404");
    await expect(openSafetensors("net.safetensors")).rejects.toThrow(
      "a file of a path is opened by node:fs/promises",
    );
  });

  test.each([
    [3, "got 3"],
    [null, "got null"],
    [{}, "got Object"],
  ])("%o", async (source, message) => {
    await expect(openSafetensors(source as never)).rejects.toThrow(TypeError);
    await expect(openSafetensors(source as never)).rejects.toThrow(message);
  });

  test.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "openSafetensors: a.st: expected at least 8 bytes, got 0"],
    ["a header beyond the file", fileOf({}, 0, 9), "a header of 9 bytes goes beyond the end"],
    [
      "an array beyond the data",
      fileOf({ a: { dtype: "U8", shape: [9], data_offsets: [0, 9] } }, 8),
      "[0, 9] are not within the 8 bytes",
    ],
  ])("%s", async (_, bytes, message) => {
    await expect(openSafetensors(bytes, { file: "a.st" })).rejects.toThrow(RangeError);
    await expect(openSafetensors(bytes, { file: "a.st" })).rejects.toThrow(message);
  });

  test("a name that is not there, an element type of no tensor's, and a file that became shorter", async () => {
    const entry = { dtype: "F8_E4M3", shape: [8], data_offsets: [0, 8] };
    const bytes = fileOf({ a: entry, b: { dtype: "U8", shape: [2], data_offsets: [8, 10] } }, 10);
    const opened = await openSafetensors(bytes);
    await expect(opened.load("c", { runtime })).rejects.toThrow('there is no "c" in the file');
    await expect(opened.load("a", { runtime })).rejects.toThrow('"a": expected a dtype of F64');
    expect(await opened.info("a")).toEqual({ dtype: "F8_E4M3", shape: [8] });
    const read = async (begin: number, end: number) =>
      bytes.slice(begin, Math.min(end, bytes.length - 1));
    const shorter = await openSafetensors({ size: bytes.length, read });
    await expect(shorter.load("b", { runtime })).rejects.toThrow(
      /at offset \d+: expected 2 bytes, got 1/,
    );
  });
});

describe("a model in several files", () => {
  const part = (name: string, value: number) =>
    new Uint8Array(saveSafetensors(new Map([[name, tensor([value], [1], { runtime })]])));
  const index = () =>
    new TextEncoder().encode(
      '{"weight_map": {"b": "2.safetensors", "a": "1.safetensors", "c": "3.safetensors"}}',
    );

  test("is found beside its URL", async () => {
    files.set("/model.safetensors.index.json", index());
    files.set("/1.safetensors", part("a", 1));
    files.set("/2.safetensors", part("b", 2));
    const opened = await openSafetensors(new URL("model.safetensors.index.json", url));
    expect(opened.names).toEqual(["b", "a", "c"]);
    expect((await opened.load("b", { runtime })).item()).toBe(2);
    await expect(opened.load("c", { runtime })).rejects.toThrow("the server says 404");
    files.set("/3.safetensors", part("other", 3));
    await expect(opened.load("c", { runtime })).rejects.toThrow(
      /3.safetensors: there is no "c" in the file$/,
    );
  });

  test("is known by what it holds, not by its address or name", async () => {
    files.set("/model?download=true", index());
    const opened = await openSafetensors(new URL("model?download=true", url), { file: "a" });
    expect((await opened.load("a", { runtime })).item()).toBe(1);
  });

  test.each([
    "http://127.0.0.1/1.safetensors",
    "//127.0.0.1/1.safetensors",
    "/1.safetensors",
    "../1.safetensors",
    "a/%2e%2e/../1.safetensors",
    "%2E%2e/1.safetensors",
    ".\\u0009./1.safetensors",
    " /1.safetensors",
    "\\\\\\\\host\\\\1.safetensors",
    "a/./1.safetensors",
    "1.safetensors?a",
    "1.safetensors#a",
    "\\ud800.safetensors",
    "",
  ])("with a file that is not beside it is refused: %s", async (name) => {
    const json = new TextEncoder().encode(`{"weight_map": {"a": "${name}"}}`);
    const opened = openSafetensors(new Blob([json]), { shard: () => new Blob() });
    await expect(opened).rejects.toThrow(RangeError);
    await expect(opened).rejects.toThrow('"a": expected a file beside the index, got ');
    expect(() => loadSafetensors(json, { runtime, shards: {} })).toThrow("beside the index");
  });

  test("is found in a folder beside it", async () => {
    files.set("/parts/1%20a.safetensors", part("a", 1));
    files.set("/i.json", new TextEncoder().encode('{"weight_map":{"a":"parts/1 a.safetensors"}}'));
    const opened = await openSafetensors(new URL("i.json", url));
    expect((await opened.load("a", { runtime })).item()).toBe(1);
  });

  test("is found where the caller says", async () => {
    const shard = (file: string) => new Blob([part(file === "1.safetensors" ? "a" : "b", 5)]);
    const opened = await openSafetensors(new Blob([index()]), { shard });
    expect((await opened.load("a", { runtime })).item()).toBe(5);
    await expect(openSafetensors(new Blob([index()]))).rejects.toThrow(
      "the index of a sharded model needs",
    );
  });
});

test("of a file of 3 GB, 100 MB of memory are enough", async () => {
  const large = join(folder, "large.safetensors");
  const hole = 3e9;
  const block = 2 ** 20;
  const header = {
    hole: { dtype: "F32", shape: [hole / 4], data_offsets: [0, hole] },
    half: { dtype: "BF16", shape: [block], data_offsets: [hole, hole + 2 * block] },
    last: { dtype: "F32", shape: [2], data_offsets: [hole + 2 * block, hole + 2 * block + 8] },
  };
  const start = fileOf(header, 0);
  await writeFile(large, start);
  await truncate(large, start.length + hole + 2 * block + 8);
  const file = await open(large, "r+");
  try {
    const end = new Uint8Array(Float32Array.of(1.5, -2).buffer);
    await file.write(end, 0, 8, start.length + hole + 2 * block);
    gc?.();
    const before = process.memoryUsage().rss;
    const opened = await openSafetensors(file);
    expect((await opened.load("last", { runtime })).toArray()).toEqual(Float32Array.of(1.5, -2));
    expect((await opened.load("half", { runtime })).size).toBe(block);
    expect(await opened.info("hole")).toEqual({ dtype: "F32", shape: [hole / 4] });
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  } finally {
    await file.close();
  }
});
