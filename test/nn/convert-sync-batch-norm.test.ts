import { describe, expect, test } from "vitest";
import { Group } from "../../src/distributed/group.js";
import { LocalTransport } from "../../src/distributed/local.js";
import { localMemory } from "../../src/distributed/local-memory.js";
import * as nn from "../../src/nn/index.js";
import { tidy } from "../../src/tensor.js";
import { randomTensor, recordKernels, useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const alone = { evenkeelLocal: true, rank: 0, size: 1, memory: localMemory(1) } as const;
const group = new Group(new LocalTransport(alone), { timeout: 1, order: "fast", check: true });

describe("convertSyncBatchNorm", () => {
  test("keeps tensors, settings, training and keys, in every place", () => {
    const shared = new nn.BatchNorm2d(3, { eps: 1e-3, momentum: null, layout: "nhwc", runtime });
    shared.eval();
    const bare = new nn.BatchNorm1d(4, { affine: false, correction: 0, runtime });
    const inner = new nn.Sequential(shared, new nn.BatchNorm3d(2, { runtime }));
    const net = new nn.Sequential(inner, shared, bare, new nn.GroupNorm(1, 4, { runtime }));
    const before = net.stateDict();
    expect(nn.SyncBatchNorm.convertSyncBatchNorm(net, group)).toBe(net);
    const after = net.stateDict();
    expect([...after.keys()]).toEqual([...before.keys()]);
    for (const [key, value] of before) expect(after.get(key)).toBe(value);
    const made = inner.layers[0] as nn.SyncBatchNorm;
    expect(made).toBeInstanceOf(nn.SyncBatchNorm);
    expect(net.layers[1]).toBe(made);
    const { eps, momentum, layout, training, processGroup } = made;
    expect({ eps, momentum, layout, training }).toEqual({
      ...{ eps: 1e-3, momentum: null, layout: "nhwc", training: false },
    });
    expect(processGroup).toBe(group);
    expect(inner.layers[1].training).toBe(true);
    expect(net.layers[2]).toMatchObject({ weight: null, correction: 0 });
    expect(net.layers[3]).toBeInstanceOf(nn.GroupNorm);
    expect(net.parameters().length).toBe(6);
  });

  test("a batch norm itself; a group of one rank communicates nothing and is batch norm", () => {
    const norm = new nn.BatchNorm2d(3, { runtime });
    const made = nn.SyncBatchNorm.convertSyncBatchNorm(norm, group);
    expect(made).not.toBe(norm);
    expect(String(made)).toBe(String(norm).replace("BatchNorm2d", "SyncBatchNorm"));
    tidy(() => {
      const x = randomTensor(runtime, [2, 3, 4, 4], 1);
      const fresh = new nn.BatchNorm2d(3, { runtime });
      expect(made.forward(x).toArray()).toEqual(fresh.forward(x).toArray());
    });
    expect(norm.runningMean?.toArray().some((v) => v !== 0)).toBe(true);
    expect(group.traffic.collectives).toBe(0);
  });

  test("the ReLU behind it goes into its pass", () => {
    const norm = new nn.SyncBatchNorm(3, { processGroup: group, runtime });
    const kernels = recordKernels(runtime);
    const net = new nn.Sequential(norm, new nn.ReLU());
    tidy(() => net.forward(randomTensor(runtime, [2, 3, 4, 4], 1)));
    Reflect.deleteProperty(runtime, "run");
    expect(kernels).not.toContain("reluForward");
  });

  test("a group that fails or was closed leaves the layer as it was", () => {
    const broken = new Group(
      {
        ...{ rank: 0, size: 2, backend: "local", version: "none", ordered: true },
        start: () => {
          throw new Error("no route to host");
        },
        missing: () => "",
        abort: (message) => {
          throw new Error(message);
        },
        close() {},
      },
      { timeout: 1, order: "fast", check: false },
    );
    const closed = new Group(new LocalTransport({ ...alone, memory: localMemory(1) }), {
      ...{ timeout: 1, order: "fast", check: true },
    });
    closed.close();
    Object.defineProperty(closed, "size", { value: 2 });
    for (const [processGroup, message] of [
      [broken, /allGather of float64 \[8\] .*no route to host/],
      [closed, "this process group was closed"],
    ] as const) {
      using norm = new nn.SyncBatchNorm(3, { processGroup, momentum: null, runtime });
      const state = () => [...norm.stateDict().values()].map((tensor) => [...tensor.toArray()]);
      const [before, { tensors }] = [state(), runtime.stats()];
      tidy(() => {
        const x = randomTensor(runtime, [2, 3, 4, 4], 1, true);
        expect(() => norm.forward(x)).toThrow(message);
        norm.eval();
        norm.forward(x); // communicates nothing
      });
      expect(state()).toEqual(before);
      expect(runtime.stats().tensors).toBe(tensors);
    }
  });

  test("refusals change nothing", () => {
    const net = new nn.Sequential(new nn.BatchNorm2d(3, { runtime }));
    const convert = nn.SyncBatchNorm.convertSyncBatchNorm;
    expect(() => convert(net, {} as never)).toThrow("expected a process group, got Object");
    expect(() => convert({} as never, group)).toThrow("expected a layer, got Object");
    expect(net.layers[0]).toBeInstanceOf(nn.BatchNorm2d);
    expect(() => new nn.SyncBatchNorm(3, { processGroup: {} as never, runtime })).toThrow(
      "SyncBatchNorm: expected a process group",
    );
  });
});
