import { expect, test } from "vitest";
import { Group } from "../../src/distributed/group.js";
import { initProcessGroup } from "../../src/distributed/init.js";
import { LocalTransport } from "../../src/distributed/local.js";
import { LocalMemory, localMemory } from "../../src/distributed/local-memory.js";
import { MpiTransport } from "../../src/distributed/mpi.js";
import type { Mpi } from "../../src/distributed/mpi-library.js";
import type { Transport } from "../../src/distributed/transport.js";
import { full, zeros } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const settings = { timeout: 0.05, order: "fast", check: false } as const;
const alone = () =>
  new LocalTransport({ evenkeelLocal: true, rank: 0, size: 1, memory: localMemory(1) });

/** A group of two ranks whose other rank does not exist: `start` says what becomes of a collective. */
const groupOf = (start: Transport["start"], more: { check?: boolean } = {}) =>
  new Group(
    {
      ...{ rank: 0, size: 2, backend: "local", version: "none", ordered: true, start },
      missing: () => "",
      abort(message) {
        throw new Error(message);
      },
      close() {},
    },
    { ...settings, ...more },
  );
const broken = () => {
  throw new Error("no route to host");
};
const where = "[rank 0 of 2] allReduce sum of float32 [3] (collective 1): no route to host";

test("a transport that fails at the start or later: its place is named, and nothing leaks", () => {
  for (const start of [broken, () => broken])
    for (const async of [false, true]) {
      using x = full([3], 2, { runtime });
      const { tensors } = runtime.stats();
      const group = groupOf(start);
      expect(() => group.allReduce(x, { async }).wait()).toThrow(where);
      expect(runtime.stats().tensors).toBe(tensors);
      expect([...x.toArray()]).toEqual([2, 2, 2]);
    }
});

test("after a failure in the middle no collective can follow, and nothing polls the old one", () => {
  const group = groupOf(() => broken);
  const work = group.allReduce(new Float32Array(3), { async: true });
  expect(() => group.poll()).toThrow(where);
  expect(() => work.wait()).toThrow(where);
  expect(work.done).toBe(false);
  group.poll();
  expect(() => group.barrier()).toThrow(`barrier: this process group has failed: ${where}`);
  expect(() => group.close()).toThrow("has failed");
});

test("a deadline leaves the memory to the library, which may still write; a later poll may succeed", () => {
  let done = false;
  const group = groupOf(() => () => done);
  using x = zeros([3], { runtime });
  const { tensors } = runtime.stats();
  const work = group.allReduce(x, { async: true });
  expect(() => work.wait()).toThrow(/not done after 0\.05 s: a rank has ended, hangs or called/);
  expect(runtime.stats().tensors).toBe(tensors + 1);
  done = true;
  work.wait();
  work.wait();
  expect(work.done).toBe(true);
  expect(runtime.stats().tensors).toBe(tensors);
});

test("after a deadline no collective can follow: the ranks may be out of step", () => {
  const late =
    "this process group has failed: [rank 0 of 2] allReduce sum of float32 [3] (collective 1): not done";
  for (const async of [false, true]) {
    const group = groupOf(() => () => false);
    expect(() => group.allReduce(new Float32Array(3), { async }).wait()).toThrow("not done after");
    for (const call of [
      () => group.allReduce(new Float32Array(3)),
      () => group.broadcast(new Float32Array(3)),
      () => group.allGather(new Float32Array(6), new Float32Array(3)),
      () => group.reduceScatter(new Float32Array(3), new Float32Array(6)),
      () => group.barrier(),
      () => group.close(),
    ])
      expect(call).toThrow(late);
  }
});

test("the deadline of a comparison and an error at the start fail a group too", () => {
  const compared = groupOf(() => () => false, { check: true });
  expect(() => compared.barrier()).toThrow("not done after");
  expect(() => compared.barrier()).toThrow("barrier: this process group has failed");
  const refused = groupOf(broken);
  expect(() => refused.barrier()).toThrow("no route to host");
  expect(() => refused.barrier()).toThrow("barrier: this process group has failed");
});

test("a group that was told that it has failed; one of a single rank goes on", () => {
  const group = groupOf(() => () => true);
  group.barrier();
  group.fail("my reason");
  group.fail("a later one");
  expect(() => group.barrier()).toThrow("barrier: this process group has failed: my reason");
  const single = new Group(alone(), settings);
  single.fail("my reason");
  single.barrier();
  single.close();
});

test("the deadline passes once for all that is under way", () => {
  const group = groupOf(() => () => false);
  const works = Array.from({ length: 40 }, () =>
    group.allReduce(new Float32Array(3), { async: true }),
  );
  const start = performance.now();
  for (const work of works) expect(() => work.wait()).toThrow("not done after 0.05 s");
  expect(() => group.close()).toThrow("has failed");
  expect(performance.now() - start).toBeLessThan(1000);
});

test("a tensor that is disposed meanwhile", () => {
  let done = false;
  const group = groupOf(() => () => done);
  const { tensors } = runtime.stats();
  const x = zeros([3], { runtime });
  const work = group.allReduce(x, { async: true });
  x.dispose();
  expect(runtime.stats().tensors).toBe(tensors + 1);
  done = true;
  work.wait();
  expect(runtime.stats().tensors).toBe(tensors);
});

test("closing twice, and what is called after it", () => {
  const group = new Group(alone(), settings);
  group.close();
  group.close();
  for (const call of [
    () => group.allReduce(new Float32Array(1)),
    () => group.broadcast(new Float32Array(1)),
    () => group.allGather(new Float32Array(1), new Float32Array(1)),
    () => group.reduceScatter(new Float32Array(1), new Float32Array(1)),
    () => group.barrier(),
  ])
    expect(call).toThrow("this process group was closed");
});

test("wrong arguments are refused by name, and are no collectives", () => {
  const group = new Group(alone(), settings);
  const list = new Float32Array(2);
  const gone = zeros([2], { runtime });
  gone.dispose();
  const cases: [call: () => unknown, message: string][] = [
    ...[
      null,
      undefined,
      3,
      "x",
      [1, 2],
      {},
      new DataView(new ArrayBuffer(8)),
      new Int16Array(2),
    ].map((wrong): [() => unknown, string] => [
      () => group.allReduce(wrong as never),
      "allReduce: expected values to be a tensor or a typed array of a dtype, got ",
    ]),
    [() => group.allReduce(gone), "disposed"],
    [
      () => group.allReduce(list, { op: "product" as never }),
      'expected op "sum", "mean", "max" or "min", got product',
    ],
    [() => group.allReduce(new Int32Array(1), { op: "mean" }), "a mean needs float32 or float64"],
    [() => group.allReduce(list, { sync: true } as never), 'allReduce: no option "sync"'],
    [() => group.allReduce(list, null as never), "allReduce: expected options"],
    [() => group.broadcast(list, { src: 1 }), "broadcast: expected src from 0 to 0, got 1"],
    [() => group.broadcast(list, { src: 0.5 }), "got 0.5"],
    [() => group.allGather(list, [1, 2] as never), "allGather: expected input to be a tensor"],
    [() => group.allGather(list, new Float64Array(2)), "of one dtype, got float32 [2] and float64"],
    [() => group.allGather(list, new Float32Array(3)), "output of 1 times the 3 elements of input"],
    [() => group.reduceScatter(list, new Float32Array(3)), "input of 1 times the 2 elements of"],
    [
      () => group.allGather(list, list),
      "allGather: expected output and input that share no memory",
    ],
    [() => group.reduceScatter(list, list), "expected input and output that share no memory"],
  ];
  for (const [call, message] of cases) expect(call).toThrow(message);
  expect(group.traffic.collectives).toBe(0);
  group.close();
});

test("options of initProcessGroup", async () => {
  for (const timeout of [0, -1, Number.NaN, Infinity, 2 ** 31])
    await expect(initProcessGroup({ timeout })).rejects.toThrow(
      "expected timeout above 0 and below",
    );
  const wrong: [options: object, message: string][] = [
    [{ timeout: "5" }, "expected timeout to be number"],
    [{ order: "slow" }, 'expected order "fast" or "fixed"'],
    [{ backend: "nccl" }, 'expected backend "mpi" or "local"'],
    [{ backend: "mpi" }, "no launcher of MPI started this process"],
    [{ time: 3 }, 'did you mean "timeout"?'],
  ];
  for (const [options, message] of wrong)
    await expect(initProcessGroup(options as never)).rejects.toThrow(message);
});

test("one group in each rank", () => {
  const rank = { evenkeelLocal: true, rank: 0, size: 1, memory: localMemory(1) } as const;
  new LocalTransport(rank);
  expect(() => new LocalTransport(rank)).toThrow("this rank has joined its group already");
});

test("a rank that comes when another has ended is told, and has not joined", () => {
  const memory = localMemory(2);
  const { state } = new LocalMemory(memory, 2);
  state.set(1, 3);
  expect(() => new LocalTransport({ evenkeelLocal: true, rank: 0, size: 2, memory })).toThrow(
    "[rank 1 of 2] ended without initProcessGroup()",
  );
  expect(state.get(0)).toBe(0);
});

test("threads go on where their 32-bit counters begin again", () => {
  const memory = localMemory(2);
  const counters = new LocalMemory(memory, 2);
  for (const rank of [0, 1]) {
    counters.setPosted(rank, 2 ** 31 - 3);
    counters.setRead(rank, 2 ** 31 - 3);
  }
  const ranks = [0, 1].map(
    (rank) => new LocalTransport({ evenkeelLocal: true, rank, size: 2, memory }),
  );
  for (let call = 0; call < 6; call++) {
    const values = ranks.map(({ rank }) => new Float32Array(40_000).fill(10 * call + rank));
    const polls = ranks.map((transport, r) =>
      transport.start({ kind: "allReduce", values: values[r], op: "sum" }),
    );
    expect(ranks[1].missing()).toBe("rank 0, 1 has not come");
    let done = [false, false];
    for (let polled = 0; polled < 8 && done.includes(false); polled++)
      done = polls.map((poll) => poll());
    expect(done).toEqual([true, true]);
    for (const list of values) expect(new Set(list)).toEqual(new Set([20 * call + 1]));
  }
});

test("the clock of MPI's start and end is stopped where the library refuses", () => {
  const alarms: number[] = [];
  let [started, ended] = [15, 0];
  const ok = () => 0;
  const call = new Proxy({} as Mpi["call"], {
    get: (_, name) => {
      if (name === "MPI_Init_thread") return () => started;
      if (name === "MPI_Finalize") return () => ended;
      if (name === "MPI_Comm_size") return (_: unknown, size: Int32Array) => size.fill(1) && 0;
      return ok;
    },
  });
  const alarm = (seconds: unknown) => alarms.push(seconds as number);
  const mpi = { family: "mpich", world: 0, call, alarm } as unknown as Mpi;
  const join = (size: number) =>
    new MpiTransport(mpi, { library: "libmpi.so", size, by: "PMI_SIZE" }, 5);
  expect(() => join(1)).toThrow("MPI_Init_thread");
  expect(alarms.splice(0)).toEqual([5, 0]);
  started = 0;
  const alone = join(1);
  expect(alarms.splice(0)).toEqual([5, 0]);
  ended = 15;
  expect(() => alone.close(7)).toThrow("MPI_Finalize");
  expect(alarms.splice(0)).toEqual([7, 0]);
  ended = 0;
  expect(() => join(2)).toThrow("PMI_SIZE says 2 ranks, but libmpi.so () sees 1");
  expect(alarms).toEqual([5, 0, 5, 0]);
});
