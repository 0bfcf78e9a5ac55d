import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ranksReport, ranksText } from "../../src/cli/report/ranks.js";
import { en } from "../../src/cli/text/en/index.js";
import { proceduralDataset } from "../../src/data/procedural.js";
import { DistributedDataParallel } from "../../src/distributed/ddp.js";
import { initProcessGroup } from "../../src/distributed/init.js";
import { fitRing, ringTime } from "../../src/distributed/ring.js";
import { compareRanks, type RanksResult } from "../../src/experiments/ranks.js";
import type { RunLog } from "../../src/experiments/run-log.js";
import type { CheckpointParts } from "../../src/io/checkpoint.js";
import type { Module } from "../../src/nn/module.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { program, ranks } from "./ranks.js";

type Result = RanksResult & { left: number };

let path = "";
beforeAll(async () => {
  path = await program("ranks");
});
const directory = () => mkdtempSync(join(tmpdir(), "evenkeel-checkpoint-"));
const small = { epochs: 3, width: 4, norms: ["bn"] };

describe("compareRanks", () => {
  test("batch norm, synchronised and not, and another norm; nothing is left behind", async () => {
    const settings = { ...small, epochs: 1, norms: ["bn", "gn"] };
    const all = await ranks<Result>(path, "local", 2, { settings, directory: directory() });
    const [got, other] = all;
    expect(got.runs.map(({ norm }) => norm)).toEqual(["bn", "syncbn", "gn"]);
    expect(got.left).toBe(0);
    expect(got.runs.map(({ losses }) => losses.length)).toEqual([12, 12, 12]);
    got.runs.forEach(({ losses, testAccuracy }, i) => {
      expect(losses).toEqual(other.runs[i].losses);
      expect(testAccuracy).toBe(other.runs[i].testAccuracy);
    });
    const [bn, sync, gn] = got.runs;
    expect(bn.apart).toBeGreaterThan(0);
    expect([sync.apart, gn.apart]).toEqual([0, 0]);
    expect([bn, sync].map(({ collectives }) => collectives)).toEqual([3, 11]);
    expect(bn.bytes).toBe(4 * bn.parameters + 24 + 8);
    expect(ranksText(got, en)).toMatch(
      /With 2 images in each of 2 ranks, batch norm.*synchronised/,
    );
    expect(ranksReport(got, en).sections.length).toBe(2);
  });

  test("synchronised batch norm resumes with another number of ranks as if nothing had been", async () => {
    const args = { settings: { ...small, batchSize: 4 }, directory: directory() };
    const [whole] = await ranks<Result>(path, "local", 2, args);
    const saved = directory();
    // 18 steps and the result of batch norm come first
    await ranks(path, "local", 2, { ...args, directory: saved, halt: 18 + 1 + 9 });
    const four = { settings: { ...small, batchSize: 2 }, directory: saved };
    const [resumed] = await ranks<Result>(path, "local", 4, four);
    const [again] = await ranks<Result>(path, "local", 4, four); // nothing is left to do
    expect(again.runs).toEqual(resumed.runs);
    expect(again.runs.map(({ collectives }) => collectives)).toEqual([3, 11]);
    const [want, got] = [whole, resumed].map(({ runs }) => runs[1].losses);
    expect(got.slice(0, 6)).toEqual(want.slice(0, 6));
    got.forEach((loss, i) => {
      expect(Math.abs(loss - want[i])).toBeLessThan(1e-5);
    });
  });

  test("a checkpoint of another global batch is refused on every rank", async () => {
    const saved = directory();
    const args = { settings: { ...small, epochs: 1 }, directory: saved };
    await ranks(path, "local", 2, args);
    await expect(ranks(path, "local", 3, args)).rejects.toThrow(/checkpoint of a run with/);
    await expect(ranks(path, "local", 2, { ...args, unshared: true })).rejects.toThrow(
      /\[rank \d of 2\] .*the ranks go on after 12, 0 steps; all of them must see the same checkpoint/,
    );
    const file = join(saved, "bn.safetensors");
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    await expect(ranks(path, "local", 2, args)).rejects.toThrow(/\[rank \d of 2\]/);
  });
});

test("the ring: what it takes, and α and β from times", () => {
  const [alpha, beta] = [2e-5, 8e-10];
  expect(ringTime(2, 1e6, alpha, beta)).toBeCloseTo(2 * alpha + 1e6 * beta, 12);
  const times = [8, 4096, 1e6].map((bytes) => ({
    bytes,
    seconds: ringTime(4, bytes, alpha, beta),
  }));
  const fit = fitRing(4, times);
  expect(fit.alpha / alpha).toBeCloseTo(1, 6);
  expect(fit.beta / beta).toBeCloseTo(1, 6);
});

describe("one rank alone", () => {
  const [train, test_] = (["train", "test"] as const).map((split) =>
    proceduralDataset({ count: 10, split }),
  );
  const about = async () => {
    const runtime = await createRuntime({ threads: 1 });
    const group = await initProcessGroup();
    const replicate = (net: Module) => new DistributedDataParallel(net, { processGroup: group });
    return { runtime, group, replicate };
  };

  test("the time of its steps, and nothing else, is saved and told", async () => {
    const options = await about();
    let saved = 0;
    const store = () => ({
      load: async () => null,
      save: async ({ run }: CheckpointParts) => {
        saved = (run as RunLog).seconds;
      },
    });
    const settings = { norms: ["gn"], width: 4, epochs: 3, batchSize: 5 };
    const events = compareRanks({ train, test: test_ }, settings, { ...options, store });
    for (;;) {
      const { done, value } = await events.next();
      if (!done) continue;
      expect(saved).toBeGreaterThan(0);
      expect(value.runs[0].secondsPerStep).toBeCloseTo(saved / 6, 12);
      break;
    }
    options.runtime.close();
  });

  test("a training that is stopped leaves nothing behind", async () => {
    const options = await about();
    const stop = new AbortController();
    const all = { ...options, signal: stop.signal };
    const { tensors } = options.runtime.stats();
    const events = compareRanks({ train, test: test_ }, { norms: ["gn"], width: 4 }, all);
    await events.next();
    stop.abort();
    await expect(events.next()).rejects.toThrow();
    expect(options.runtime.stats().tensors).toBe(tensors);
    options.runtime.close();
  });

  test("settings that it does not have are refused", async () => {
    const options = await about();
    const events = compareRanks({ train, test: test_ }, { epoch: 3 } as never, options);
    await expect(events.next()).rejects.toThrow('compareRanks: no option "epoch"');
    options.runtime.close();
  });
});
