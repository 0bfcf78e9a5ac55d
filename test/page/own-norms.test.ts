// The norms of a visitor's file, as the page's worker reads them.
import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { saveSafetensors } from "../../src/io/safetensors.js";
import { firstNorms } from "../../src/page/own-norms/first.js";
import { inspectFiles } from "../../src/page/own-norms/inspect.js";
import { normsRefusal } from "../../src/page/own-norms/refused.js";
import { en } from "../../src/page/text/en/tools/index.js";
import { zh } from "../../src/page/text/zh/tools/index.js";
import { tensor } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";
import { fileOf } from "../io/safetensors-file.js";

const runtime = await useRuntime();
const folder = await mkdtemp(join(tmpdir(), "evenkeel-own-norms-"));
afterAll(() => rm(folder, { recursive: true }));

const file = (name: string, bytes: Uint8Array | string) =>
  new File([bytes as Uint8Array<ArrayBuffer>], name);
const look = (files: Parameters<typeof inspectFiles>[0], most?: number) =>
  inspectFiles(files, runtime, most);

/** A batch norm of four channels, and a weight in front of it. */
const values = {
  "conv.weight": [1, 2, 3, 4, 5, 6, 7, 8],
  "bn.weight": [1, 0.5, 2, 1],
  "bn.bias": [0, 0, 0, 1],
  "bn.running_mean": [0, 100, Number.NaN, 0],
  "bn.running_var": [1, 1, 0, -1],
  "bn.num_batches_tracked": [3],
};
const bytesOf = (only: readonly string[] = Object.keys(values)): Uint8Array => {
  const tensors = new Map(
    only.map((key) => {
      const list = values[key as keyof typeof values];
      return [key, tensor(list, list.length === 8 ? [4, 2] : [list.length], { runtime })];
    }),
  );
  const bytes = saveSafetensors(tensors);
  for (const each of tensors.values()) each.dispose();
  return bytes;
};

describe("a file", () => {
  test("is read: its norms, their ranges, and what is wrong", async () => {
    const { layers, tensors, verdict, unread, files } = await look([
      file("a.safetensors", bytesOf()),
    ]);
    expect([tensors, verdict, unread, files]).toEqual([6, "damaged", [], ["a.safetensors"]]);
    const [{ key, channels, count, verdicts, ranges }] = layers;
    expect([key, channels, count]).toEqual(["bn", 4, 3]);
    expect(ranges.gamma).toMatchObject({ min: 0.5, max: 2 });
    const ids = verdicts.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(["nan", "negative-variance", "zero-variance", "mean-far"]),
    );
    expect(runtime.stats().tensors).toBe(0);
  });

  test("of more values than are read keeps its layers, without ranges", async () => {
    const { layers, unread } = await look([file("a.safetensors", bytesOf())], 10);
    expect(unread).toEqual(["bn"]);
    expect(layers[0]).toMatchObject({ key: "bn", ranges: {} });
  });

  test("of a type that is not known keeps its layers too", async () => {
    const header = {
      "norm.weight": { dtype: "F8_E4M3", shape: [4], data_offsets: [0, 4] },
      "norm.bias": { dtype: "F8_E4M3", shape: [4], data_offsets: [4, 8] },
    };
    const { layers, unread } = await look([file("f8.safetensors", fileOf(header, 8))]);
    expect([layers.length, unread]).toEqual([1, ["norm"]]);
  });

  test("in several parts is read by its index, and without", async () => {
    const [one, two] = [Object.keys(values).slice(0, 3), Object.keys(values).slice(3)];
    const parts = [file("1.safetensors", bytesOf(one)), file("2.safetensors", bytesOf(two))];
    const map = Object.fromEntries([
      ...one.map((key) => [key, "1.safetensors"]),
      ...two.map((key) => [key, "2.safetensors"]),
    ]);
    const index = file("model.safetensors.index.json", JSON.stringify({ weight_map: map }));
    const whole = await look([file("a.safetensors", bytesOf())]);
    for (const files of [[...parts, index], parts])
      expect((await look(files)).layers).toEqual(whole.layers);
    const missing = await look([parts[0], index]).catch((error) => error);
    expect(normsRefusal(missing, "1.safetensors", en)).toBe(
      en.norms.refused.missing("2.safetensors"),
    );
  });
});

describe("what is none is refused with a sentence in both languages", () => {
  const good = bytesOf();
  const name = "too many header.safetensors";
  const zip = new Uint8Array(64);
  zip.set([0x50, 0x4b, 3, 4]);
  const overlap = {
    "a.weight": { dtype: "F32", shape: [2], data_offsets: [0, 8] },
    "a.bias": { dtype: "F32", shape: [2], data_offsets: [4, 12] },
  };
  const long = fileOf("{}", 0, 20e6);
  test.each([
    ["other", new Uint8Array(0)],
    ["other", new Uint8Array([1, 2, 3])],
    ["other", "hello, this is a text and no checkpoint"],
    ["other", fileOf("{]", 4)],
    ["other", fileOf("[]", 4)],
    ["zip", zip],
    ["damaged", good.slice(0, -4)],
    ["damaged", fileOf(overlap, 12)],
    ["damaged", fileOf({ a: 1 }, 0)],
    ["damaged", fileOf({ a: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }, 4)],
    ["damaged", fileOf({ a: { dtype: "F32", shape: [1e15], data_offsets: [0, 4] } }, 4)],
    ["long", Buffer.concat([long, new Uint8Array(20e6)])],
  ] as const)("%s", async (id, bytes) => {
    const error = await look([new File([bytes as BlobPart], name)]).catch((error) => error);
    expect(error).toBeInstanceOf(RangeError);
    for (const texts of [en, zh])
      expect(normsRefusal(error, name, texts)).toBe(texts.norms.refused[id](name));
  });

  test("a json file without an index", async () => {
    const error = await look([file("a.json", '{"seven": 7}')]).catch((error) => error);
    expect(normsRefusal(error, "a.json", zh)).toBe(zh.norms.refused.index("a.json"));
  });

  test("a folder", async () => {
    const folder = file("folder", "");
    folder.slice = () => {
      throw new DOMException("gone", "NotFoundError");
    };
    const error = await look([folder]).catch((error) => error);
    expect(error).toBeInstanceOf(RangeError);
    expect(normsRefusal(error, "folder", en)).toBe(en.norms.refused.unreadable("folder"));
  });
});

test("of a file of 200 MB, less than 60 MB of memory are used", async () => {
  const path = join(folder, "large.safetensors");
  const channels = 4096;
  const hole = 4 * channels * 12_208; // 200 MB
  const part = (i: number) => [hole + 4 * channels * i, hole + 4 * channels * (i + 1)];
  const names = ["weight", "bias", "running_mean", "running_var"];
  const header = {
    "conv.weight": {
      dtype: "F32",
      shape: [channels, hole / 4 / channels],
      data_offsets: [0, hole],
    },
    ...Object.fromEntries(
      names.map((name, i) => [
        `bn.${name}`,
        { dtype: "F32", shape: [channels], data_offsets: part(i) },
      ]),
    ),
  };
  const start = fileOf(header, 0);
  await writeFile(path, start);
  await truncate(path, start.length + hole + 16 * channels);
  const handle = await open(path, "r+");
  try {
    await handle.write(new Uint8Array(Float32Array.of(3).buffer), 0, 4, start.length + hole);
    gc?.();
    const before = process.memoryUsage().rss;
    const source = Object.assign(Object.create(handle), {
      name: "large.safetensors",
      stat: () => handle.stat(),
      read: handle.read.bind(handle),
    });
    const { layers } = await look([source]);
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6);
    expect(layers[0]).toMatchObject({ key: "bn", channels, ranges: { gamma: { max: 3 } } });
    expect(layers[0].verdicts.map(({ id }) => id)).toContain("zero-variance");
  } finally {
    await handle.close();
  }
});

test("the example has a fault of each kind", () => {
  const { layers, verdict } = firstNorms();
  expect(verdict).toBe("damaged");
  const ids = new Set(layers.flatMap(({ verdicts }) => verdicts.map(({ id }) => id)));
  expect([...ids]).toEqual(
    expect.arrayContaining([
      "foldable",
      "zero-variance",
      "mean-far",
      "gamma-zero",
      "never-trained",
    ]),
  );
});
