import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  findNorms,
  inspectNorms,
  loadTorch,
  type NormEntry,
  normVerdicts,
  openSafetensors,
} from "../../src/files/index.js";
import { loadSafetensors } from "../../src/io/safetensors.js";
import { NormResNet } from "../../src/models/index.js";
import { nn } from "../../src/namespaces.js";
import { useRuntime } from "../helpers.js";
import { goldenFiles } from "./golden.js";

const runtime = await useRuntime();

interface Entry {
  shape: number[];
  data: number[];
}
const vector = (...data: number[]): Entry => ({ shape: [data.length], data });
/** A convolution and a batch norm of four channels, as a training leaves them. */
const checkpoint = (): Record<string, Entry> => ({
  "conv.weight": { shape: [4, 3, 3, 3], data: [] },
  "bn.weight": vector(0.9, 1.1, 1.2, 0.8),
  "bn.bias": vector(0.1, -0.1, 0, 0.2),
  "bn.running_mean": vector(0.5, -0.5, 0, 1),
  "bn.running_var": vector(1, 2, 0.5, 1),
  "bn.num_batches_tracked": { shape: [], data: [100] },
});
const inspect = (entries: Record<string, Entry>) => inspectNorms(new Map(Object.entries(entries)));
const ids = (entries: Record<string, Entry>) =>
  inspect(entries).layers[0].verdicts.map(({ id, channels }) => `${id} ${channels}`);

test("a sound layer is described, and can be folded", () => {
  const { layers, verdict } = inspect(checkpoint());
  expect(verdict).toBe("sound");
  expect(layers).toMatchObject([
    {
      key: "bn",
      kind: "batch",
      channels: 4,
      count: 100,
      foldsInto: "conv.weight",
      verdicts: [{ id: "foldable", level: "note", channels: 4 }],
      ranges: { gamma: { min: 0.8, max: 1.2 }, variance: { min: 0.5, max: 2 } },
    },
  ]);
  const { histogram } = layers[0].ranges.mean ?? { histogram: [] };
  expect(histogram).toHaveLength(16);
  expect([histogram[0], histogram[5], histogram[10], histogram[15]]).toEqual([1, 1, 1, 1]);
});

describe("what is wrong is named, with the number of channels", () => {
  test.each<[string, string, Entry | null, string[], string]>([
    ["NaN", "bn.weight", vector(Number.NaN, 1.5, 1, Number.NaN), ["nan 2"], "damaged"],
    [
      "Infinity",
      "bn.running_mean",
      vector(0, -Infinity, 0, 1),
      ["infinite 1", "mean-far 1"],
      "damaged",
    ],
    [
      "a negative variance",
      "bn.running_var",
      vector(1, -1, 1, -1e-9),
      ["negative-variance 2"],
      "damaged",
    ],
    [
      "a variance of 0",
      "bn.running_var",
      vector(1, 0, 1, 0),
      ["zero-variance 2", "eps-matters 2", "foldable 4"],
      "doubtful",
    ],
    [
      "a counter of 0",
      "bn.num_batches_tracked",
      { shape: [], data: [0] },
      ["never-trained 4"],
      "damaged",
    ],
    [
      "a mean far from its deviation",
      "bn.running_mean",
      vector(40, 0, 0, -31),
      ["mean-far 2", "foldable 4"],
      "doubtful",
    ],
    ["a β that is too short", "bn.bias", vector(1, 2), ["lengths-differ 4"], "damaged"],
    ["γ of 0", "bn.weight", vector(0, 0, 0, 0), ["gamma-zero 4", "foldable 4"], "doubtful"],
    ["γ of 1", "bn.weight", vector(1, 1, 1, 1), ["gamma-one 4", "foldable 4"], "sound"],
    [
      "a variance near eps",
      "bn.running_var",
      vector(1, 0.04, 0.05, 2),
      ["eps-matters 1", "foldable 4"],
      "sound",
    ],
    ["no counter", "bn.num_batches_tracked", null, ["foldable 4"], "sound"],
  ])("%s", (_, key, entry, expected, verdict) => {
    const entries = checkpoint();
    if (entry) entries[key] = entry;
    else delete entries[key];
    expect(ids(entries)).toEqual(expected);
    expect(inspect(entries).verdict).toBe(verdict);
  });

  test("channels that were switched off", () => {
    const entries = checkpoint();
    entries["bn.weight"] = vector(1e-4, 1e-4, 1, 1);
    entries["bn.running_var"] = vector(200, 1, 1, 1);
    expect(ids(entries)).toEqual(["tiny-gamma 1", "foldable 4"]);
  });

  test("statistics as they began, where nothing counts", () => {
    const entries = checkpoint();
    delete entries["bn.num_batches_tracked"];
    entries["bn.running_mean"] = vector(0, 0, 0, 0);
    entries["bn.running_var"] = vector(1, 1, 1, 1);
    expect(ids(entries)).toEqual(["initial-statistics 4", "foldable 4"]);
  });

  test("every verdict has a level, and all were seen above", () =>
    expect(Object.keys(normVerdicts)).toHaveLength(13));
});

describe("layers are found by their keys", () => {
  const found = (entries: Record<string, number[]>) =>
    findNorms(new Map(Object.entries(entries))).map(({ key, kind, channels, foldsInto }) => [
      key,
      kind,
      channels,
      foldsInto,
    ]);

  test("in PyTorch's names", () => {
    expect(
      found({
        "fc.weight": [8, 8],
        "fc.bias": [8],
        "ln.weight": [8],
        "ln.bias": [8],
        "norms.0.weight": [8],
        "act.weight": [8],
        "plane.weight": [4, 4],
        "plane.bias": [4, 4],
        weight: [3],
        bias: [3],
        "up.weight": [6, 5, 3, 3],
        "bare.running_mean": [5],
        "bare.running_var": [5],
      }),
    ).toEqual([
      ["ln", "layer", 8, null],
      ["norms.0", "rms", 8, null],
      ["plane", "layer", 16, null],
      ["", "layer", 3, null],
      ["bare", "batch", 5, null],
    ]);
  });

  const conv = (key: string, shape: number[], bias = false) => ({
    [`${key}.weight`]: shape,
    ...(bias && { [`${key}.bias`]: [shape[0]] }),
  });
  const bn = (key: string, n: number) => ({
    [`${key}.weight`]: [n],
    [`${key}.running_mean`]: [n],
    [`${key}.running_var`]: [n],
  });
  test.each<[string, Record<string, number[]>, (string | null)[]]>([
    [
      "conv1 and bn1",
      {
        ...conv("conv1", [8, 3, 3, 3]),
        ...bn("bn1", 8),
        ...conv("conv2", [8, 8, 3, 3]),
        ...bn("bn2", 8),
      },
      ["conv1.weight", "conv2.weight"],
    ],
    [
      "neighbours in a Sequential, also with a bias, also of a file sorted by name",
      {
        ...bn("0", 8),
        ...conv("10", [9, 8, 3, 3], true),
        ...bn("11", 9),
        ...conv("12", [7, 9]),
        ...bn("13", 7),
      },
      ["no-weight", "10.weight", "12.weight"],
    ],
    [
      "a transposed convolution in one",
      { ...conv("0", [8, 4, 4, 4]), ...bn("1", 4) },
      ["0.weight"],
    ],
    ["what may be one", { ...conv("0", [4, 4, 2, 2]), ...bn("1", 4) }, ["shape"]],
    [
      "a layer without weights between",
      { ...conv("0", [4, 3, 3, 3]), ...bn("2", 4) },
      ["no-weight"],
    ],
    [
      "norms in front (pre-activation)",
      {
        ...bn("a.bn1", 8),
        ...conv("a.conv1", [8, 8, 3, 3]),
        ...bn("a.bn2", 8),
        ...conv("a.conv2", [8, 8, 3, 3]),
        ...bn("b.bn1", 8),
      },
      ["no-weight", "no-weight", "no-weight"],
    ],
    [
      "a block of another order than its layers",
      {
        ...conv("conv1", [8, 3, 3, 3]),
        ...conv("conv2", [8, 8, 3, 3]),
        ...bn("bn1", 8),
        ...bn("bn2", 8),
      },
      ["no-weight", "no-weight"],
    ],
    [
      "two norms of one convolution",
      { ...conv("z", [8, 3, 3, 3]), ...bn("bn_a", 8), ...bn("bn_b", 8) },
      ["no-weight", "no-weight"],
    ],
    [
      "a bias, which an activation would need",
      { ...conv("conv", [8, 3, 3, 3], true), ...bn("bn", 8) },
      ["bias"],
    ],
    [
      "a file sorted by name",
      Object.fromEntries(
        Object.entries({ ...conv("conv", [8, 8, 3, 3]), ...bn("norm", 8) }).sort(),
      ),
      ["sorted"],
    ],
    ["inputs of a convolution", { ...conv("z", [4, 8, 1, 1]), ...bn("norm", 8) }, ["shape"]],
    ["another module's", { ...conv("z.conv", [8, 3, 3, 3]), ...bn("bn", 8) }, ["no-weight"]],
  ])("with what they fold into, where that is certain: %s", (_, entries, want) => {
    const norms = findNorms(new Map(Object.entries(entries)));
    expect(norms.map(({ foldsInto, doubt }) => foldsInto ?? doubt)).toEqual(want);
  });

  test("in Keras's", () => {
    const names = ["gamma", "beta", "moving_mean", "moving_variance"];
    const entries = Object.fromEntries(names.map((name) => [`block/bn/${name}:0`, [7]]));
    expect(found(entries)).toEqual([["block/bn", "batch", 7, null]]);
  });

  test("in a model that lives, and in files", () => {
    const net = new NormResNet({ norm: "bn", width: 4, runtime });
    const live = inspectNorms(net.stateDict());
    expect(live.layers.every(({ kind }) => kind === "batch")).toBe(true);
    const norms = [...net.modules()].filter(([, module]) => module instanceof nn.BatchNorm2d);
    expect(live.layers.map(({ key }) => `${key}.`).sort()).toEqual(
      norms.map(([key]) => key).sort(),
    );
    expect(live.verdict).toBe("damaged"); // no batch was seen
    const file = readFileSync("test/golden/nets/NormResNet-bn.final.safetensors");
    const trained = inspectNorms(loadSafetensors(new Uint8Array(file), { runtime }));
    expect(trained.layers).toHaveLength(live.layers.length);
    expect(
      trained.layers.flatMap(({ verdicts }) => verdicts).filter(({ level }) => level === "error"),
    ).toEqual([]);
    const bytes = goldenFiles("pytorch-files").bytes("state-dict.pth");
    expect(inspectNorms(loadTorch(bytes, { runtime })).layers).toMatchObject([
      { key: "1", kind: "batch", channels: 3, count: 1, foldsInto: "0.weight" },
    ]);
  });

  test("nowhere in a file without any", () => {
    expect(inspect({ "fc.weight": { shape: [2, 2], data: [1, 2, 3, 4] } })).toEqual({
      layers: [],
      verdict: "no-norms",
    });
  });
});

test("of a large file, the norms' tensors alone are read", async () => {
  const bytes = new Uint8Array(readFileSync("test/golden/nets/NormResNet-bn.final.safetensors"));
  let read = 0;
  const file = await openSafetensors({
    size: bytes.length,
    read: async (begin: number, end: number) => {
      read += end - begin;
      return bytes.slice(begin, end);
    },
  });
  const entries = new Map<string, NormEntry>();
  for (const name of file.names) entries.set(name, await file.info(name));
  const found = findNorms(new Map([...entries].map(([name, { shape }]) => [name, shape])));
  for (const name of found.flatMap(({ keys }) => Object.values(keys)))
    entries.set(name, await file.load(name, { runtime }));
  const { layers } = inspectNorms(entries);
  expect(layers).toEqual(inspectNorms(loadSafetensors(bytes, { runtime })).layers);
  expect(layers.every(({ foldsInto }) => foldsInto !== null)).toBe(true);
  expect(read).toBeLessThan(bytes.length / 2);
});

test("tensors that were not loaded count by their shapes", () => {
  const entries = new Map<string, { shape: number[]; data?: number[] }>(
    Object.entries(checkpoint()),
  );
  entries.set("conv.weight", { shape: [4, 3, 3, 3] });
  entries.set("bn.bias", { shape: [4] });
  const [layer] = inspectNorms(entries).layers;
  expect(Object.keys(layer.ranges)).toEqual(["gamma", "mean", "variance"]);
  expect(layer.foldsInto).toBe("conv.weight");
});
