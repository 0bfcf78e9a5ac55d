import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const directory = mkdtempSync(join(tmpdir(), "evenkeel-"));
const cli = join(root, "dist/cli.js"); // as `npm run build` left it

beforeAll(() => {
  const data = new Uint8Array(3 * 32 * 128).fill(128);
  const tall = { width: 32, height: 128, data, channels: 3, depth: 8 } as const;
  writeFileSync(join(directory, "tall.png"), encode(tall));
});
afterAll(() => rmSync(directory, { recursive: true }));

const start = (...args: string[]) =>
  spawn(process.execPath, [cli, ...args], { cwd: directory, stdio: "pipe" });

async function end(child: ChildProcess) {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (text) => {
    stdout += text;
  });
  child.stderr?.on("data", (text) => {
    stderr += text;
  });
  const code = await new Promise((done) => child.on("close", done));
  return { code, stdout, stderr };
}

const sizes = ["--limit", "40", "--width", "4", "--epochs", "1", "--batch1-samples", "40"];
const tiny = ["compare", ...sizes, "--threads", "1"];

describe("evenkeel", () => {
  test.each([
    ["--norms bn,xn", /unknown norm "xn"; known: bn, .*frn.*: ws, /],
    ["--norms gn:7", /--norms gn:7 with --width 4: num_channels must be .* got 4 and 7/],
    ["--batch-size 64", /--limit 40 is less than the images of one step, --batch-size 64/],
    ["--batch 0", /'--batch, --batch-size <n>' argument '0' is invalid/],
    ["--epochs 0", /'--epochs <n>' argument '0' is invalid/],
    ["--batch-size 1.5", /'--batch, --batch-size <n>' argument '1\.5' is invalid/],
    ["--seeds -2", /'--seeds <k>' argument '-2' is invalid/],
    ["--lr fast", /Expected a number above 0/],
    ["--threads 0", /Expected an integer 1 to 64/],
    ["--epoch 3", /unknown option '--epoch' \(Did you mean --epochs\?\)/],
    ["--data nowhere", /cannot read the directory nowhere: no such file or directory/],
    ["--data nowhere", /--data takes .* CIFAR-10's binary version; --download fetches it/],
    ["--data .", /cannot be read from .*--data takes .* CIFAR-10's binary version/],
    ["--data empty --download", /exclude each other/],
    ["--out file", /cannot write to the directory file: there is a file of that name/],
    ["--out file/below", /cannot write to the directory file\/below/],
    ["--save-every 5", /--save-every says how often to save; --checkpoint says where/],
    ["--norms gn --width 6", /num_channels must be divisible by num_groups/],
  ])("compare %s: one sentence, exit code 2, nothing written", async (flags, message) => {
    writeFileSync(join(directory, "file"), "");
    const before = readdirSync(directory);
    const { code, stdout, stderr } = await end(start(...tiny, ...flags.split(" ")));
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^evenkeel: [^\n]+\n$/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(readdirSync(directory)).toEqual(before);
  });

  test("an unknown command is refused, --help is not", async () => {
    expect((await end(start("frob"))).code).toBe(2);
    const { code, stdout } = await end(start("compare", "--help"));
    expect(code).toBe(0);
    expect(stdout).toContain("--batch-size <n>");
  });

  test.each([
    ["compare", ["gn", "evonorm-s0", "with a +: ws, sws"]],
    ["transformer", ["post", "rms"]],
    ["style", ["in, bn, none"]],
    ["running-stats", ["--batch-size <n>"]],
    ["padding", ["--batch-size <n>"]],
    ["choose", ["--batch-size <n>"]],
  ])("%s --help, and help of it, say the names there are", async (command, names) => {
    const { code, stdout } = await end(start(command, "--help"));
    expect(code).toBe(0);
    for (const name of names) expect(stdout.replace(/\s+/g, " ")).toContain(name);
    expect(await end(start("help", command))).toMatchObject({ code: 0, stdout });
  });

  test("help of a command that there is not", async () => {
    const { code, stderr } = await end(start("help", "foo"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^evenkeel: unknown command 'foo'; there are layers, .*choose/);
    expect((await end(start("help"))).stdout).toContain("compare");
  });

  test("a report that is there is not replaced without a word", async () => {
    expect((await end(start("layers", "--out", "twice"))).stdout).not.toContain("replaced");
    expect((await end(start("layers", "--out", "twice"))).stdout).toMatch(
      /^The report in twice will be replaced; --out names another directory/,
    );
    const refused = await end(start("see", "xn", "--out", "twice"));
    expect(refused).toMatchObject({ code: 2, stdout: "" });
  });

  test("choose names the flags that are of no effect", async () => {
    const flags = ["--task", "style", "--style", "fixed", "--batch", "4", "--out", "idle"];
    const { code, stdout } = await end(start("choose", ...flags));
    expect(code).toBe(0);
    expect(stdout).toContain("Of no effect here: --batch-size\n");
  });

  test("--version, and a reader that stops reading", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(await end(start("--version"))).toMatchObject({ code: 0, stdout: `${version}\n` });
    const child = start("layers", "--out", "pipe");
    child.stdout?.destroy();
    expect(await end(child)).toMatchObject({ code: 0, stderr: "" });
  });

  test("--answers, and --save-every, from where a second run goes on", async () => {
    const flags = ["--norms", "bn", "--no-batch1", "--answers", "7", "--evaluate-every", "2"];
    const saved = ["--checkpoint", "saved", "--save-every", "2", "--out", "answers"];
    const runsOf = async (...more: string[]) => {
      const { code, stderr } = await end(start(...tiny, ...flags, ...saved, ...more));
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const text = readFileSync(join(directory, "answers/results.json"), "utf8");
      return JSON.parse(text).runs;
    };
    const [short] = await runsOf("--steps", "2");
    expect(short.answers).toHaveLength(7);
    expect(short.evaluations).toEqual([
      { step: 2, testAccuracy: short.testAccuracy, answers: short.answers },
    ]);
    const [long] = await runsOf("--steps", "4");
    expect(long.losses.slice(0, 2)).toEqual(short.losses);
    expect(long.evaluations[0]).toEqual(short.evaluations[0]);
    expect(long.evaluations).toHaveLength(2);
  });

  test("--batch1-samples all trains on as many single images as with batches", async () => {
    const all = ["--norms", "bn", "--batch1-samples", "all", "--out", "all"];
    const { code, stdout } = await end(start(...tiny, ...all));
    expect(code).toBe(0);
    expect(stdout).toContain("trained on 40 single images");
  });

  test("compare writes the report, prints the table and ends by itself", async () => {
    const flags = ["--out", "a/b", "--seeds", "2", "--deterministic"];
    const { code, stdout, stderr } = await end(start(...tiny, ...flags));
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const out = join(directory, "a/b");
    expect(readdirSync(out).sort()).toEqual(["index.html", "results.json"]);
    const { config, machine, runs, ...more } = JSON.parse(
      readFileSync(join(out, "results.json"), "utf8"),
    );
    expect(more).toEqual({});
    expect(config).toMatchObject({ limit: 40, width: 4, seeds: 2, deterministic: true });
    expect(machine).toMatchObject({ variant: "simd", threads: 1 });
    expect(runs).toHaveLength(8);
    expect(readFileSync(join(out, "index.html"), "utf8")).toMatch(
      /^<!doctype html>[\s\S]*<\/html>\n$/,
    );
    for (const norm of ["bn", "ln", "in", "gn"])
      expect(stdout).toMatch(new RegExp(`^${norm} +[\\d,]+ .* ± `, "m"));
  });

  test.each([
    ["layers", /^GN +\(C\/G, H, W\) +8 +2048 .* 1\.0004$/m],
    ["running-stats --quick", /^article .* 0\.9992 +0\.9986 +1\.0025 /m],
    ["padding", /^128 +90 % .* 0 +0$/m],
    ["choose --task style --style fixed", /^Instance norm: new nn\.InstanceNorm2d/m],
  ])("%s writes its report and ends by itself", async (command, told) => {
    const out = `report ${command}`;
    const { code, stdout, stderr } = await end(start(...command.split(" "), "--out", out));
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(told);
    expect(readdirSync(join(directory, out)).sort()).toEqual(["index.html", "results.json"]);
    const html = readFileSync(join(directory, out, "index.html"), "utf8");
    expect(html).toMatch(/^<!doctype html>[\s\S]*Where the articles were wrong[\s\S]*<\/html>\n$/);
    expect(html).not.toMatch(/NaN|undefined|<script|<link|<img/);
    expect(html.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:/);
  });

  test("see takes any method, and writes lists of numbers", async () => {
    const { code, stdout } = await end(start("see", "gn:2", "--at", "1,0,2", "--out", "see"));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^At 1,0,2: y = .*of 12 values.*\n {2}= 1·\(.* − .*\)\/√\(.* \+ 0\.00001\) \+ 0 = /m,
    );
    const { config, sight } = JSON.parse(readFileSync(join(directory, "see/results.json"), "utf8"));
    expect(config).toMatchObject({ norm: "gn:2", at: [1, 0, 2] });
    expect(sight.output).toHaveLength(96);
  });

  test.each([
    ["choose", /--task is missing: What is the task\?/],
    ["choose --task vision --batch 4", /--device-count is missing/],
    ["choose --task vision", /--batch-size is missing/],
    ["--norms bn", /'--norms'.*; --norms belongs behind a command: influence, style, compare\n/],
    ["layers --norms bn", /belongs behind a command: influence, style, compare\n/],
    ["choose --task cooking", /Allowed choices are vision, sequence/],
    ["layers --groups 3", /'--groups <n>' argument '3' is invalid. Expected one of 1, 2, 4/],
    ["transformer --warmup 70 --quick", /--warmup 70 is more than --steps 60/],
    [
      "style --content tall.png",
      /--content tall.png: 32 × 128 pixels at --size 128.*--size 192 or/,
    ],
    ["style --style tall.png", /--style tall.png: 32 × 128 pixels/],
    ["see xn", /see: expected norm to be one method, .* of bn, .*, got "xn"/],
    ["see bn gn", /too many arguments for 'see'/],
    [
      "see --at 4,0,0",
      /--at 4,0,0 is not within 4 samples, 6 channels, 4 positions, each counted from 0/,
    ],
    ["see --at 1,2", /'--at <n,c,p>' argument '1,2' is invalid. Expected 3 integers of at least 0/],
    ["gradients --depth 1", /Expected an integer of at least 2/],
    ["all --seed x", /Expected an integer of at least 0/],
  ])("%s: one sentence, exit code 2", async (command, message) => {
    const { code, stdout, stderr } = await end(start(...command.split(" "), "--out", "refused"));
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^evenkeel: [^\n]+\n$/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
    expect(existsSync(join(directory, "refused"))).toBe(false);
  });

  test("Ctrl-C in an experiment that has nothing to show writes nothing", async () => {
    const child = start("gradients", "--steps", "100000", "--out", "e");
    child.stdout?.once("data", () => child.kill("SIGINT"));
    const { code, stderr } = await end(child);
    expect(code).toBe(130);
    expect(stderr).toBe("evenkeel: stopped; nothing written\n");
    expect(existsSync(join(directory, "e"))).toBe(false);
  });

  test("Ctrl-C leaves a report of the finished runs", async () => {
    const few = ["--batch1-samples", "1", "--norms", "bn,gn", "--out", "c"];
    const child = start(...tiny, ...few, "--seeds", "100000");
    child.stdout?.once("data", () => setTimeout(() => child.kill("SIGINT"), 1500));
    const { code, stdout } = await end(child);
    expect(code).toBe(130);
    expect(stdout).toMatch(/Stopped: \d+ of 200000 runs are finished/);
    const { runs } = JSON.parse(readFileSync(join(directory, "c/results.json"), "utf8"));
    expect(runs.length).toBeGreaterThan(0);
    expect(readFileSync(join(directory, "c/index.html"), "utf8")).toContain("Stopped early");
  });

  test("Ctrl-C in the training with batch 1 is told as a stop, and no refusal", async () => {
    const many = ["--batch1-samples", "100000", "--norms", "gn", "--out", "f"];
    const child = start(...tiny, ...many);
    child.stdout?.on("data", (text) => {
      if (String(text).includes("batch 1: training")) child.kill("SIGINT");
    });
    const { code, stdout } = await end(child);
    expect(code).toBe(130);
    expect(stdout).toMatch(/gn seed 0 batch 1: stopped/);
    expect(stdout).toContain("Stopped: 0 of 1 runs are finished.");
    expect(stdout).not.toContain("refused");
    expect(readFileSync(join(directory, "f/index.html"), "utf8")).toContain(
      "Stopped early: 0 of 1",
    );
  });

  test("Ctrl-C before the first run is finished writes nothing", async () => {
    const child = start(...tiny, "--epochs", "100000", "--out", "d");
    child.stdout?.once("data", () => child.kill("SIGINT"));
    const { code, stderr } = await end(child);
    expect(code).toBe(130);
    expect(stderr).toMatch(/nothing written/);
    expect(existsSync(join(directory, "d"))).toBe(false);
  });
});
