// inspect, fold and convert: what they read, find and write.
import { spawnSync } from "node:child_process";
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { foldNorms } from "../../src/cli/checkpoint/fold-norms.js";
import { inspectFile } from "../../src/cli/checkpoint/inspect.js";
import { rewrite } from "../../src/cli/checkpoint/write.js";
import { inspectText } from "../../src/cli/report/inspect.js";
import { en } from "../../src/cli/text/en/index.js";
import { zh } from "../../src/cli/text/zh/index.js";
import {
  loadNumpyArchive,
  loadTorch,
  normVerdicts,
  saveNumpy,
  saveNumpyArchive,
} from "../../src/files/index.js";
import { writeZip } from "../../src/files/write-zip.js";
import { loadSafetensors, saveSafetensors } from "../../src/io/safetensors.js";
import { nn } from "../../src/namespaces.js";
import { type AnyTensor, tensor } from "../../src/tensor.js";
import { expectClose, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const folder = mkdtempSync(join(tmpdir(), "evenkeel-checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true }));
const golden = resolve("test/golden");
const file = (name: string, bytes: Uint8Array | string) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const read = (path: string) => new Uint8Array(readFileSync(path));

const list = (...data: number[]) => tensor(Float32Array.from(data), [data.length], { runtime });
/** A convolution and a batch norm of four channels, as a training leaves them. */
const sound = (): Record<string, AnyTensor> => ({
  "conv.weight": randomTensor(runtime, [4, 3, 3, 3], 1),
  "bn.weight": list(0.9, 1.1, 1.2, 0.8),
  "bn.bias": list(0.1, -0.1, 0, 0.2),
  "bn.running_mean": list(0.5, -0.5, 0, 1),
  "bn.running_var": list(1, 2, 0.5, 1),
  "bn.num_batches_tracked": tensor(BigInt64Array.of(100n), [], { runtime }),
});
const asMap = (entries: Record<string, AnyTensor>) => new Map(Object.entries(entries));

describe("inspect reads", () => {
  const layer = { key: "1", kind: "batch", channels: 3, count: 1, foldsInto: "0.weight" };
  test.each([
    ["pytorch-files/state-dict.pth", { layers: [layer] }],
    ["pytorch-files/state-dict-legacy.pth", { layers: [layer] }],
    [
      "pytorch-files/training.tar",
      { layers: [{ ...layer, key: "model.1", foldsInto: "model.0.weight" }] },
    ],
    ["nets/NormResNet-bn.final.safetensors", { tensors: 26, verdict: "sound" }],
    ["numpy-files/plain.npz", { tensors: 2, layers: [], verdict: "no-norms" }],
    ["numpy-files/f4.npy", { tensors: 1, layers: [] }],
  ])("%s", async (name, want) => {
    expect(await inspectFile(join(golden, name))).toMatchObject(want);
  });

  test("a model in several files by its index, and refuses one that is not there", async () => {
    const [conv, ...norm] = Object.entries(sound());
    file("1.safetensors", saveSafetensors(new Map([conv])));
    file("2.safetensors", saveSafetensors(new Map(norm)));
    const indexOf = (second: string) => {
      const places = norm.map(([key]) => [key, second]);
      const map = Object.fromEntries([["conv.weight", "1.safetensors"], ...places]);
      return file("model.safetensors.index.json", JSON.stringify({ weight_map: map }, null, 2));
    };
    const [found] = (await inspectFile(indexOf("2.safetensors"))).layers;
    expect(found).toMatchObject({ key: "bn", count: 100, foldsInto: "conv.weight" });
    await expect(inspectFile(indexOf("3.safetensors"))).rejects.toThrow(
      /^cannot read .*3\.safetensors: no such file or directory$/,
    );
    await expect(inspectFile(indexOf("../2.safetensors"))).rejects.toThrow("beside the index");
  });

  test("safetensors whose length begins as a pickle does", async () => {
    const bytes = saveSafetensors(new Map([["a", list(1)]]), { format: "x".repeat(640) });
    const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const padded = new Uint8Array(8 + 0x480 + bytes.length - start).fill(0x20);
    padded.set(bytes.subarray(8, start), 8);
    padded.set(bytes.subarray(start), 8 + 0x480);
    new DataView(padded.buffer).setBigUint64(0, 0x480n, true);
    expect((await inspectFile(file("a.safetensors", padded))).tensors).toBe(1);
  });

  test.each([
    ["nothing", "", "no checkpoint: expected a .pth"],
    ["a text", "Hello, world", "no checkpoint: expected a .pth"],
    ["another archive", "PK\x03\x04 and so on", "no zip archive, or cut off"],
  ])("and refuses %s", async (_, bytes, message) => {
    await expect(inspectFile(file("x.pth", bytes))).rejects.toThrow(message);
  });

  test("and refuses a directory, no file, and files that run code", async () => {
    await expect(inspectFile(folder)).rejects.toThrow(`cannot read ${folder}: it is a directory`);
    await expect(inspectFile(join(folder, "none"))).rejects.toThrow("no such file or directory");
    await expect(inspectFile(join(golden, "pytorch-files/evil.pt"))).rejects.toThrow(
      "posix.system is not among the names",
    );
  });
});

describe("inspect names what is damaged", () => {
  test.each<[string, Record<string, AnyTensor | null>, string[], string]>([
    ["NaN", { "bn.weight": list(Number.NaN, 1, 1, 1) }, ["nan 1"], "damaged"],
    ["Infinity", { "bn.bias": list(0, Infinity, -Infinity, 1) }, ["infinite 2"], "damaged"],
    [
      "a variance below 0",
      { "bn.running_var": list(1, -1, 1, 1) },
      ["negative-variance 1"],
      "damaged",
    ],
    [
      "dead channels",
      { "bn.running_var": list(0, 0, 1, 1) },
      ["zero-variance 2", "eps-matters 2", "foldable 4"],
      "doubtful",
    ],
    [
      "a counter of 0",
      { "bn.num_batches_tracked": tensor(BigInt64Array.of(0n), [], { runtime }) },
      ["never-trained 4"],
      "damaged",
    ],
    [
      "initial statistics, and no counter",
      {
        "bn.num_batches_tracked": null,
        "bn.running_mean": list(0, 0, 0, 0),
        "bn.running_var": list(1, 1, 1, 1),
      },
      ["initial-statistics 4", "foldable 4"],
      "doubtful",
    ],
    [
      "a mean far off",
      { "bn.running_mean": list(99, 0, 0, 0) },
      ["mean-far 1", "foldable 4"],
      "doubtful",
    ],
    [
      "channels switched off",
      { "bn.weight": list(1e-5, 1, 1, 2), "bn.running_var": list(500, 1, 1, 1) },
      ["tiny-gamma 1", "foldable 4"],
      "doubtful",
    ],
    ["γ of 0", { "bn.weight": list(0, 0, 0, 0) }, ["gamma-zero 4", "foldable 4"], "doubtful"],
    ["γ of 1", { "bn.weight": list(1, 1, 1, 1) }, ["gamma-one 4", "foldable 4"], "sound"],
    [
      "an eps that cannot be told",
      { "bn.running_var": list(0.01, 1, 1, 1) },
      ["eps-matters 1", "foldable 4"],
      "sound",
    ],
  ])("%s", async (_, damage, want, verdict) => {
    const entries = [...asMap(sound())].map(([key, x]) => [key, key in damage ? damage[key] : x]);
    const map = new Map(entries.filter(([, x]) => x) as [string, AnyTensor][]);
    for (const path of [
      file("damaged.safetensors", saveSafetensors(map)),
      file("damaged.npz", saveNumpyArchive(map)),
    ]) {
      const { layers, verdict: all } = await inspectFile(path);
      expect(layers[0].verdicts.map(({ id, channels }) => `${id} ${channels}`)).toEqual(want);
      expect(all).toBe(verdict);
    }
  });

  test("each verdict has words in both languages", () => {
    for (const { norms } of [en, zh])
      expect(Object.keys(norms.verdicts)).toEqual(Object.keys(normVerdicts));
  });
});

/** A batch norm with statistics, γ and β of a trained one. */
function settled<N extends nn.BatchNorm1d | nn.BatchNorm2d>(norm: N, seed: number): N {
  for (const [i, x] of [norm.weight, norm.bias, norm.runningMean].entries())
    x?.elements.set(randomTensor(runtime, x.shape, seed + i).elements);
  const { size } = norm.runningVar as AnyTensor;
  norm.runningVar?.elements.set(Float32Array.from({ length: size }, (_, i) => 0.5 + i));
  norm.numBatchesTracked?.elements.fill(9n);
  return norm;
}

describe("what a file may hold", () => {
  test("an array that no tensor can hold does not refuse the norms beside it; convert names it", async () => {
    const words = writeZip("test", [
      ...[...asMap(sound())].map(([key, x]) => [`${key}.npy`, saveNumpy(x)] as const),
      ["epoch.npy", npyOfText()],
    ]);
    const path = file("words.npz", words);
    const found = await inspectFile(path);
    expect([found.tensors, found.layers[0].foldsInto]).toEqual([7, "conv.weight"]);
    await expect(
      rewrite({ file: path, out: join(folder, "words.safetensors") }, en, (tensors) => ({
        ...{ tensors, done: "" },
      })),
    ).rejects.toThrow(`${path}: epoch.npy at offset 10: expected elements of f8`);
  });

  test("no name in it reaches the terminal's controls", async () => {
    const key = "\x1b[31m\nSound\x9b";
    const map = new Map([
      [`${key}.weight`, list(1, 2)],
      [`${key}.bias`, list(1, 2)],
    ]);
    const found = await inspectFile(file("colours.npz", saveNumpyArchive(map)));
    expect(found.layers[0].key).toBe(key);
    const text = inspectText(found, en);
    expect(text).toContain("\\x1b[31m\\x0aSound\\x9b");
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });
});

/** A `.npy` file of one word. */
function npyOfText(): Uint8Array {
  const bytes = saveNumpy(list(1));
  const from = "'<f4'";
  const at = Buffer.from(bytes).indexOf(from);
  return Uint8Array.from(bytes).fill("U".charCodeAt(0), at + 2, at + 3);
}

describe("fold", () => {
  const net = () =>
    new nn.Sequential(
      new nn.Conv2d(3, 8, 3, { runtime }),
      settled(new nn.BatchNorm2d(8, { runtime }), 1),
      new nn.ReLU(),
      new nn.ConvTranspose2d(8, 4, 3, { bias: false, runtime }),
      settled(new nn.BatchNorm2d(4, { runtime }), 5),
      new nn.Flatten(),
      new nn.Linear(64, 5, { runtime }),
      settled(new nn.BatchNorm1d(5, { runtime }), 9),
    );

  test("does what nn.foldBatchNorm does", () => {
    const model = net().eval();
    const { tensors, folded, kept } = foldNorms(model.stateDict(), 1e-5, runtime);
    expect(folded.map(({ norm, weight }) => `${norm} ${weight}`)).toEqual([
      "1 0.weight",
      "4 3.weight",
      "7 6.weight",
    ]);
    expect(kept).toEqual([]);
    expect([...tensors.keys()]).toEqual(
      ["0", "3", "6"].flatMap((key) => [`${key}.weight`, `${key}.bias`]),
    );
    const want = [
      ...nn
        .foldBatchNorm(model as nn.Sequential)
        .stateDict()
        .values(),
    ];
    [...tensors.values()].forEach((x, i) => {
      expect(x.shape).toEqual(want[i].shape);
      expect(x.toArray()).toEqual(want[i].toArray());
    });
  });

  test("takes an eps, norms without γ and β, and float64", () => {
    const entries = {
      "0.weight": tensor(Float64Array.of(2, 3), [2, 1], { runtime }),
      "1.running_mean": list(1, 2),
      "1.running_var": list(3.999, 0.999),
    };
    const { tensors, folded } = foldNorms(asMap(entries), 1e-3, runtime);
    expect(folded).toHaveLength(1);
    expectClose(tensors.get("0.weight")?.toArray() as Float64Array, [1, 3], 1e-6);
    expectClose(tensors.get("0.bias")?.toArray() as Float64Array, [-0.5, -2], 1e-6);
    expect(tensors.get("0.weight")?.dtype).toBe("float64");
  });

  test.each<[string, Record<string, AnyTensor>, string]>([
    ["a norm of several lengths", { "bn.bias": list(1, 2) }, "damaged"],
    ["a damaged norm", { "bn.running_var": list(1, -1, 1, 1) }, "damaged"],
    [
      "weights of integers",
      { "conv.weight": tensor(new Int32Array(4), [4, 1], { runtime }) },
      "type",
    ],
    ["products beyond float32", { "bn.weight": list(3e38, 3e38, 3e38, 3e38) }, "overflow"],
    ["a bias in front", { "conv.bias": list(1, 2, 3, 4) }, "bias"],
    [
      "another number of channels",
      { "conv.weight": randomTensor(runtime, [5, 3, 3, 3], 1) },
      "shape",
    ],
  ])("leaves %s", (_, change, why) => {
    const all = asMap({ ...sound(), ...change });
    if ("conv.bias" in change) all.delete("conv.bias");
    const entries =
      "conv.bias" in change
        ? new Map(
            [...all].flatMap(([key, x]) =>
              key === "conv.weight"
                ? [[key, x] as const, ["conv.bias", change["conv.bias"]] as const]
                : [[key, x] as const],
            ),
          )
        : all;
    const { tensors, kept, folded } = foldNorms(entries, 1e-5, runtime);
    expect(folded).toEqual([]);
    expect(kept).toEqual([{ norm: "bn", why }]);
    expect([...tensors.keys()]).toEqual([...entries.keys()]);
  });

  test("leaves a weight that two keys share as it is under the other", () => {
    const { "conv.weight": weight, ...norm } = sound();
    const entries = { "head.tied.weight": weight, "conv.weight": weight, ...norm };
    const before = weight.toArray().slice();
    const { tensors } = foldNorms(asMap(entries), 1e-5, runtime);
    expect(tensors.get("head.tied.weight")?.toArray()).toEqual(before);
    expect(tensors.get("conv.weight")?.toArray()).not.toEqual(before);
  });
});

describe("convert", () => {
  const convert = (from: string, out: string, dtype?: "f32" | "f16" | "bf16") =>
    rewrite({ file: from, out, dtype }, en, (tensors) => ({ tensors, done: "" }));
  const same = (got: Map<string, AnyTensor>, want: Map<string, AnyTensor>) => {
    expect([...got.keys()]).toEqual([...want.keys()]);
    for (const [key, x] of want) {
      expect([got.get(key)?.dtype, got.get(key)?.shape]).toEqual([x.dtype, x.shape]);
      expect(got.get(key)?.toArray()).toEqual(x.toArray());
    }
  };

  test.each(["state-dict.pth", "training.tar", "views.pt", "old-hooks.pth", "tied.pt"])(
    "%s to .npz to .safetensors keeps every tensor",
    async (name) => {
      const path = join(golden, "pytorch-files", name);
      const want = loadTorch(read(path), { runtime });
      const [npz, st] = [join(folder, "c.npz"), join(folder, "c.safetensors")];
      await convert(path, npz);
      same(loadNumpyArchive(read(npz), { runtime }), want);
      await convert(npz, st);
      same(loadSafetensors(read(st), { runtime }), want);
    },
  );

  test.each(["f16", "bf16", "f32"] as const)("--dtype %s", async (dtype) => {
    const x = tensor(Float64Array.of(1 / 3, -2, 7e4), [3], { runtime });
    const n = tensor(Int32Array.of(70000), [1], { runtime });
    const path = file(
      "d.npz",
      saveNumpyArchive(
        new Map<string, AnyTensor>([
          ["x", x],
          ["n", n],
        ]),
      ),
    );
    const want = {
      f16: [0.333251953125, -2, Infinity],
      bf16: [0.333984375, -2, 70144],
      f32: [Math.fround(1 / 3), -2, 7e4],
    };
    for (const out of dtype === "bf16" ? ["e.safetensors"] : ["e.safetensors", "e.npz"]) {
      await convert(path, join(folder, out), dtype);
      const bytes = read(join(folder, out));
      const load = out.endsWith(".npz") ? loadNumpyArchive : loadSafetensors;
      const back = load(bytes, { runtime });
      expect([...(back.get("x")?.toArray() ?? [])]).toEqual(want[dtype]);
      expect(back.get("x")?.dtype).toBe("float32");
      expect([...(back.get("n")?.toArray() ?? [])]).toEqual([70000]);
    }
  });

  test("refuses its own input under any name, other formats and a directory, and writes nothing", async () => {
    const own = mkdtempSync(join(folder, "own-"));
    const path = join(own, "in.npz");
    writeFileSync(path, saveNumpyArchive(asMap(sound())));
    linkSync(path, join(own, "hard.npz"));
    symlinkSync("in.npz", join(own, "soft.npz"));
    mkdirSync(join(own, "folder.npz"));
    const before = [readdirSync(own).join(), String(read(path))];
    for (const out of ["in.npz", "./in.npz", "hard.npz", "soft.npz"])
      await expect(convert(path, `${own}/${out}`)).rejects.toThrow("is read here: give the result");
    await expect(convert(path, join(own, "a.pth"))).rejects.toThrow(
      "expected the name of a .safetensors or .npz file",
    );
    await expect(convert(path, join(own, "a.npz"), "bf16")).rejects.toThrow("NumPy has no bf16");
    await expect(convert(path, join(own, "folder.npz"))).rejects.toThrow("it is a directory");
    await expect(convert(join(own, "none"), join(own, "a.npz"))).rejects.toThrow("no such file");
    expect([readdirSync(own).join(), String(read(path))]).toEqual(before);
  });
});

describe("the commands", () => {
  const run = (...words: string[]) =>
    spawnSync(process.execPath, [resolve("dist/cli.js"), ...words], {
      cwd: folder, // as `npm run build` left it
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "", LC_MESSAGES: "", LANG: "" },
    });

  test("inspect prints a table, JSON, and writes a page, in both languages", () => {
    const path = file(
      "a.safetensors",
      saveSafetensors(asMap({ ...sound(), "bn.running_var": list(0, 1, 1, 1) })),
    );
    const { stdout, status } = run("inspect", path);
    expect(status).toBe(0);
    expect(stdout).toContain("! dead channels (1), · eps matters (1), · can be folded");
    expect(stdout).toContain("Doubtful: some layers may give wrong results.");
    const json = JSON.parse(run("inspect", "--json", path).stdout);
    expect(json).toMatchObject({
      file: path,
      tensors: 6,
      verdict: "doubtful",
      layers: [{ key: "bn" }],
    });
    const chinese = run("inspect", path, "--lang", "zh", "--out", "page");
    expect(chinese.stdout).toContain("! 死通道（1）");
    const html = readFileSync(join(folder, "page/index.html"), "utf8");
    expect(html).toContain("可疑：有些层可能给出错误的结果。");
    expect(html.match(/<svg class="small"/g)).toHaveLength(4);
    expect(JSON.parse(readFileSync(join(folder, "page/results.json"), "utf8"))).toEqual(json);
  });

  test("fold and convert say what they did; a refusal is one sentence, and nothing is written", () => {
    const path = file("b.npz", saveNumpyArchive(asMap(sound())));
    const { stdout } = run("fold", path, "folded.safetensors", "--eps", "1e-3", "--dtype", "bf16");
    expect(stdout).toBe(
      "folded  bn into conv.weight\nBatch norms folded: 1, kept: 0, in folded.safetensors\n",
    );
    const again = run("fold", "folded.safetensors", "twice.npz");
    expect(again.stderr).toBe("evenkeel: no batch norm can be folded; nothing written\n");
    expect([again.status, readdirSync(folder).includes("twice.npz")]).toEqual([2, false]);
    expect(run("convert", "folded.safetensors", "c.npz", "--dtype", "f16").stdout).toBe(
      "Tensors: 2, in c.npz\n",
    );
    const { stderr, status } = run("convert", "c.npz", "c.npz", "--lang", "zh");
    expect([stderr, status]).toEqual(["evenkeel: c.npz 正在被读取：请给结果换一个名字\n", 2]);
  });
});
