import { beforeAll, describe, expect, test } from "vitest";
import { DataLoader } from "../../src/data/loader.js";
import { proceduralDataset } from "../../src/data/procedural.js";
import { DistributedDataParallel } from "../../src/distributed/ddp.js";
import { initProcessGroup } from "../../src/distributed/init.js";
import { launchedBy } from "../../src/distributed/launcher.js";
import { DistributedSampler } from "../../src/distributed/sampler.js";
import * as nn from "../../src/nn/index.js";
import { useRuntime } from "../helpers.js";
import { normal } from "../numbers.js";
import { available, type Backend, program, ranks } from "./ranks.js";

interface Found {
  [name: string]: unknown;
  accumulated: number[][];
  again: number[][][];
  buffers: number[][];
  unused: string;
  random: number;
  clipped: number[][];
}

const runtime = await useRuntime();
let path = "";
beforeAll(async () => {
  path = await program("ddp");
});

const hosts: [Backend, number][] = [
  ["local", 2],
  ["local", 3],
  ["openmpi", 2],
];
/** What must be the same in all ranks. */
const common = [
  "start",
  "zeros",
  "mixed",
  "mixedGradients",
  "accumulated",
  "again",
  "joined",
  "norm",
  "clipped",
  "statistics",
];

describe.each(hosts)("%s, %i ranks", (backend, size) => {
  test.skipIf(!available[backend])("DistributedDataParallel", async () => {
    const got = await ranks<Found>(path, backend, size);
    for (const [rank, found] of got.entries()) {
      for (const name of common) expect(found[name], name).toEqual(got[0][name]);
      const [keys] = [["first.weight", "first.bias", "second.weight", "second.bias"]];
      expect(found.keys).toEqual(keys);
      expect(found.unused).toMatch(/does not depend on first\.weight \(rank 1/);
      expect(found.unused).toContain("second.bias (rank 0)");
      expect(found.afterRefusal).toEqual([[], [], [], []]);
      expect(found.leak).toBe(0);
      expect(found.mixed).toBe("none");
      expect(found.inNoSync).toBe(0);
      expect(found.noSyncOnSums).toContain("zeroGrad() before noSync");
      expect(found.plain).toContain("call ddp.backward(loss, count)");
      expect(found.async).toContain("expected a synchronous function");
      expect(found.nobody).toContain("no rank has a sample");
      expect(found.alone).toBe(0);
      expect(found.training).toEqual([false, false]);
      expect(found.anyRank).toEqual([true, false]);
      expect(found.other).toContain("rank 1 has another model than rank 0; here is weight float32");
      expect(found.otherKeys).toMatch(/the ranks have models of 2, 4/);
      expect(found.otherOptions).toContain("rank 1 has other options than rank 0");
      expect(found.buffers[1]).toEqual(got[0].buffers[0]);
      if (rank > 0) expect(found.buffers[0]).not.toEqual(got[0].buffers[0]);
      if (rank > 0) expect(found.random).not.toBe(got[0].random);
      expect(found.statistics).toEqual(found.pooled);
      const [twice, once] = found.again;
      const sum = once[0].map((v, i) => v + found.accumulated[0][i]);
      twice[0].forEach((v, i) => {
        expect(v).toBeCloseTo(sum[i], 5);
      });
      const norm = Math.sqrt(found.clipped.flat().reduce((s, v) => s + v * v, 0));
      expect(norm).toBeCloseTo(0.01, 5);
    }
    // the bias of the first layer is used by rank 0 alone
    expect((got[0].zeros as number[][])[1][0]).toBeCloseTo(1 / size, 6);
    expect((got[0].zeros as number[][])[3][0]).toBeCloseTo(1 - 1 / size, 6);
    // d/dw mean(2·(x·w + b)) over all samples is 2·mean(x)
    const parts = [...Array(size).keys()].flatMap((r) => [
      ...normal(6, 10 * r + 1),
      ...normal(2 * r, 10 * r + 2),
      ...normal(4, 10 * r + 3),
    ]);
    [0, 1].forEach((i) => {
      const column = parts.filter((_, at) => at % 2 === i);
      const want = (2 * column.reduce((a, b) => a + b, 0)) / column.length;
      expect(got[0].accumulated[0][i]).toBeCloseTo(want, 5);
    });
  });
});

describe("a module that is a norm itself", async () => {
  const processGroup = await initProcessGroup();
  const around = () => {
    const norm = new nn.BatchNorm1d(4, { runtime });
    return { norm, ddp: new DistributedDataParallel(norm, { processGroup }) };
  };

  test("is converted within its DistributedDataParallel", () => {
    const { norm, ddp } = around();
    expect(nn.convertNorm(ddp, "gn:2")).toBe(ddp);
    expect(ddp.module).toBeInstanceOf(nn.GroupNorm);
    expect(ddp.parameters()).toEqual([norm.weight, norm.bias]);
    expect([...ddp.stateDict().keys()]).toEqual(["weight", "bias"]);
    expect(String(ddp)).toBe(`DistributedDataParallel(\n  ${ddp.module}\n)`);
  });

  test("is synchronised, and frozen", () => {
    const { ddp } = around();
    nn.SyncBatchNorm.convertSyncBatchNorm(ddp, processGroup);
    expect(ddp.module).toBeInstanceOf(nn.SyncBatchNorm);
    nn.freezeNorms(ddp);
    expect(ddp.module).toBeInstanceOf(nn.FrozenBatchNorm2d);
  });

  test("its layers have the keys of the state dict", () => {
    const net = new nn.Sequential(
      new nn.Linear(2, 4, { runtime }),
      new nn.BatchNorm1d(4, { runtime }),
    );
    const ddp = new DistributedDataParallel(net, { processGroup });
    const keys: string[] = [];
    nn.convertNorm(ddp, (_, key) => {
      keys.push(key);
      return "ln";
    });
    expect(keys).toEqual(["1"]);
    expect(net.layers[1]).toBeInstanceOf(nn.GroupNorm);
    expect(() => ddp.replaceChild("", {} as never)).toThrow("expected a layer, got Object");
    expect(() => ddp.replaceChild("0", net)).toThrow('no child "0"');
  });
});

describe("DistributedSampler", () => {
  const ranksOf = (n: number, numReplicas: number, options = {}) =>
    Array.from({ length: numReplicas }, (_, rank) =>
      new DistributedSampler(n, { numReplicas, rank, seed: 5, ...options }).indices(2),
    );

  test("deals the order of a DataLoader, each sample once", () => {
    const dataset = proceduralDataset({ count: 10 });
    const order = new DataLoader(dataset, { shuffle: true, seed: 5 }).order(2);
    const parts = ranksOf(10, 3);
    expect(parts.map(({ length }) => length)).toEqual([4, 3, 3]);
    expect([...order].map((_, i) => parts[i % 3][Math.floor(i / 3)])).toEqual([...order]);
    const again = new DistributedSampler(10, { numReplicas: 1, seed: 5 });
    expect(again.order(2)).toEqual(order);
    expect(again.order(3)).not.toEqual(order);
  });

  test("dropLast, pad, without a shuffle", () => {
    expect(ranksOf(10, 4, { dropLast: true }).map((p) => p.length)).toEqual([2, 2, 2, 2]);
    expect(ranksOf(10, 4, { pad: true }).map((p) => p.length)).toEqual([3, 3, 3, 3]);
    expect(ranksOf(5, 2, { shuffle: false }).map((p) => [...p])).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
    expect(ranksOf(0, 2, { pad: true }).map((p) => p.length)).toEqual([0, 0]);
  });

  test("batches of the global order, the same steps for every number of ranks", () => {
    const batches = (numReplicas: number) => {
      const all = Array.from({ length: numReplicas }, (_, rank) => [
        ...new DistributedSampler(10, { numReplicas, rank, seed: 1 }).batches(0, 4, 1),
      ]);
      return all[0].map((_, k) => all.flatMap((parts) => [...parts[k]]).sort((a, b) => a - b));
    };
    expect(batches(1).length).toBe(2);
    expect(batches(3)).toEqual(batches(1));
  });

  test("refusals", () => {
    expect(() => new DistributedSampler(-1)).toThrow("expected n to be an integer ≥ 0");
    expect(() => new DistributedSampler(4, { numReplicas: 2, rank: 2 })).toThrow("rank below 2");
    for (const first of [-1, 0.5, Number.NaN, "1" as never])
      expect(() => new DistributedSampler(4).batches(0, 2, first)).toThrow(
        "DistributedSampler.batches: expected first to be an integer ≥ 0",
      );
    expect(() => new DistributedSampler(4).batches(0, 0)).toThrow("expected batchSize to be");
    expect(() => new DistributedSampler(4).batches(-1, 1)).toThrow("expected epoch to be");
    expect(() => new DistributedSampler(4, { pad: true, dropLast: true })).toThrow("got both");
  });
});

describe("the launcher", () => {
  test("is told by the environment", () => {
    expect(launchedBy({})).toBeNull();
    expect(launchedBy({ OMPI_COMM_WORLD_SIZE: "4", PMIX_RANK: "0" })).toMatchObject({
      ...{ library: "libmpi.so.40", size: 4 },
    });
    expect(launchedBy({ PMI_SIZE: "2" })).toMatchObject({ library: "libmpich.so.12", size: 2 });
    const port = { PMI_PORT: "here:41177", PMI_ID: "1" };
    expect(launchedBy(port)).toMatchObject({ library: "libmpich.so.12", size: null });
    const other = { PMI_SIZE: "2", MPI_LIBRARY: "/opt/libmpi.so" };
    expect(launchedBy(other)?.library).toBe("/opt/libmpi.so");
    expect(launchedBy(other, "mine.so")?.library).toBe("mine.so");
  });

  test("that is not known is refused where there are several ranks", () => {
    expect(() => launchedBy({ PMIX_RANK: "1" })).toThrow("set MPI_LIBRARY");
    expect(() => launchedBy({ SLURM_NTASKS: "8" })).toThrow(/SLURM_NTASKS .*MPI_LIBRARY/);
    expect(launchedBy({ SLURM_NTASKS: "1" })).toBeNull();
    expect(() => launchedBy({ PMIX_RANK: "1", MPI_LIBRARY: "x" })).toThrow("number of ranks");
    expect(launchedBy({ SLURM_NTASKS: "8", MPI_LIBRARY: "x" })).toMatchObject({ size: 8 });
  });
});
