import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { add } from "../../src/ops/elementwise/add.js";
import { SGD } from "../../src/optim/sgd.js";
import type { Address } from "../../src/runtime/address.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { defaultRuntime, init } from "../../src/runtime/default-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { empty, full, tensor } from "../../src/tensor.js";

const open: Runtime[] = [];
const make = async (...args: Parameters<typeof createRuntime>) => {
  const runtime = await createRuntime(...args);
  open.push(runtime);
  return runtime;
};
afterEach(() => {
  for (const runtime of open.splice(0)) runtime.close();
});

const bytesOf = (name: string) =>
  new Uint8Array(
    readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)),
  ) as Uint8Array<ArrayBuffer>;

describe("createRuntime", () => {
  test("takes the variant, threads and memory it is asked for", async () => {
    const one = await make({ threads: 1, variant: "simd" });
    expect([one.threads, one.variant, one.shared]).toEqual([1, "simd", false]);
    const two = await make({ threads: 2 });
    expect([two.threads, two.shared]).toEqual([2, true]);
    expect((await make({ threads: 1, deterministic: true })).variant).toBe("simd");
  });

  test.each([
    [{ threads: 0 }, RangeError, 'init: expected threads "auto" or an integer from 1 to 64, got 0'],
    [{ threads: 1.5 }, RangeError, "got 1.5"],
    [{ threads: "2" as "auto" }, RangeError, 'got "2"'],
    [
      { variant: "fast" as "simd" },
      RangeError,
      'createRuntime: expected variant "auto", "simd" or "relaxed", got fast',
    ],
    [
      { variant: "relaxed", deterministic: true } as const,
      RangeError,
      "deterministic needs the simd variant",
    ],
    [{ maximumMemory: -1 }, RangeError, "init: expected maximumMemory from 65536"],
  ])("refuses %j", async (options, type, message) => {
    const failed = createRuntime(options);
    await expect(failed).rejects.toThrow(type);
    await expect(failed).rejects.toThrow(message);
  });

  test("takes the user's module, own or shared, as bytes or compiled", async () => {
    const own = await make({ module: bytesOf("simd"), threads: 1 });
    expect(own.shared).toBe(false);
    const shared = await make({
      module: await WebAssembly.compile(bytesOf("simd-threads")),
      threads: 2,
    });
    expect([shared.shared, shared.threads]).toEqual([true, 2]);
    const unshared = await make({ module: bytesOf("relaxed"), threads: 2 });
    expect([unshared.variant, unshared.shared, unshared.threads]).toEqual(["relaxed", false, 1]);
    const foreign = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    await expect(createRuntime({ module: foreign })).rejects.toThrow(
      "not of this version of evenkeel",
    );
    await expect(createRuntime({ module: new Response("") as never })).rejects.toThrow(
      "init: the given module is not an evenkeel kernel binary: expected its bytes or a WebAssembly.Module, " +
        "got Response",
    );
  });
});

describe("init", () => {
  test("makes one default runtime, given again for the same options, refused for others", async () => {
    // In test:quick the files of a worker share their modules, and an earlier file may have closed its runtime.
    expect(() => tensor([1])).toThrow(/call `await init\(\)` (first|again)/);
    const [a, b] = await Promise.all([init({ threads: 1 }), init({ threads: 1 })]);
    expect(a).toBe(b);
    await expect(init({ threads: 2 })).rejects.toThrow("already initialised with other options");
    expect(defaultRuntime()).toBe(a);
    expect(await init({ variant: "auto", threads: 1, maximumMemory: undefined })).toBe(a);
    expect(await init({ threads: 1, checkSaved: false })).toBe(a);
    await expect(init({ threads: 1, checkSaved: true })).rejects.toThrow("other options");
    a.close();
    expect(() => tensor([1])).toThrow("the default runtime was closed: call `await init()` again");
    const c = await init({ threads: 2 });
    expect(c.threads).toBe(2);
    c.close();
  });
});

test("who closes a runtime at once does not close it for who asked after, as React's StrictMode does", async () => {
  const seen: number[] = [];
  const use = () => void seen.push(tensor([1]).item());
  // a component's effect: what it does, and its clean-up
  const flagged = () => {
    let mounted = true;
    let runtime: Runtime | undefined;
    const done = init({ threads: 1 }).then((made) => {
      if (!mounted) return made.close();
      runtime = made;
      use();
    });
    const cleanUp = () => {
      mounted = false;
      runtime?.close();
    };
    return { done, cleanUp };
  };
  const waiting = () => {
    const made = init({ threads: 1 });
    return { done: made.then(use), cleanUp: async () => (await made).close() };
  };
  for (const effect of [flagged, waiting]) {
    const first = effect();
    void first.cleanUp();
    const second = effect();
    await Promise.all([first.done, second.done]);
    use();
    await second.cleanUp();
    expect(() => tensor([1])).toThrow("the default runtime was closed");
  }
  expect(seen.length).toBe(2 + 3);
  // with other options as well
  const first = init({ threads: 1 });
  void first.then((made) => made.close());
  const second = await init({ threads: 2 });
  expect(second.threads).toBe(2);
  second.close();
});

test("a refused init does not count, nor does what it made wrong", async () => {
  const wrong = new Uint8Array(8);
  const made = await Promise.allSettled([
    init({ threads: 99 }),
    init({ threads: 1, module: wrong }),
    init({ threads: 1 }),
    init({ threads: 1 }),
    init({ threads: 2 }),
  ]);
  expect(made.map(({ status }) => status)).toEqual([
    "rejected",
    "rejected",
    "fulfilled",
    "fulfilled",
    "rejected",
  ]);
  expect(defaultRuntime().threads).toBe(1);
  defaultRuntime().close();
});

describe("memory", () => {
  test("growth makes no view stale, shared or not", async () => {
    for (const threads of [1, 2]) {
      const runtime = await make({ threads });
      const x = tensor([1, 2, 3], [3], { runtime });
      const before = runtime.memory.buffer.byteLength;
      const big = full([4_000_000], 7, { runtime });
      expect(runtime.memory.buffer.byteLength).toBeGreaterThan(before);
      expect([...x.data]).toEqual([1, 2, 3]);
      expect(big.data[3_999_999]).toBe(7);
    }
  });

  test("a full memory says what to do, and what was there still works", async () => {
    const runtime = await make({ threads: 1, maximumMemory: 4 * 2 ** 20 });
    const x = full([1000], 3, { runtime });
    const before = runtime.stats();
    expect(() => full([2_000_000], 1, { runtime })).toThrow(
      /memory is full: 7\.\d MiB needed.*free tensors with tidy/,
    );
    expect(runtime.stats()).toEqual(before);
    runtime.run("accumulate", 1000, 1, [x.ptr, x.ptr]);
    expect(x.data[999]).toBe(6);
  });

  test("stats count tensors and bytes, and the peak until it is reset", async () => {
    const runtime = await make({ threads: 1 });
    const x = full([16], 1, { runtime });
    const y = full([1000], 1, { runtime });
    y.dispose();
    expect(runtime.stats()).toEqual({ tensors: 1, bytes: 64, peakBytes: 64 + 4032 });
    runtime.resetPeak();
    expect(runtime.stats().peakBytes).toBe(64);
    x.dispose();
    expect(runtime.stats()).toEqual({ tensors: 0, bytes: 0, peakBytes: 64 });
  });
});

describe("threads", () => {
  test("ten thousand jobs of many chunks, each item done once", async () => {
    const runtime = await make({ threads: 3 });
    const n = 40_000;
    const y = full([n], 0, { runtime });
    const x = full([n], 1, { runtime });
    for (let i = 0; i < 10_000; i++) runtime.run("accumulate", n, 64, [y.ptr, x.ptr]);
    expect(y.data.every((value) => value === 10_000)).toBe(true);
  });

  test("jobs after a pause find the workers asleep and wake them", async () => {
    const runtime = await make({ threads: 2 });
    const y = full([100_000], 0, { runtime });
    const x = full([100_000], 1, { runtime });
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      runtime.run("accumulate", y.size, 8, [y.ptr, x.ptr]);
    }
    expect(y.data.every((value) => value === 20)).toBe(true);
  });

  test("a kernel that traps is an error, and the runtime still works", async () => {
    const runtime = await make({ threads: 2 });
    const beyond = (2 ** 32 - 4096) as Address; // an address the memory does not reach
    for (let i = 0; i < 5; i++) {
      expect(() => runtime.run("accumulate", 1 << 20, 64, [beyond, beyond])).toThrow();
      const x = full([100_000], 1, { runtime });
      runtime.run("accumulate", x.size, 64, [x.ptr, x.ptr]);
      expect(x.data.every((value) => value === 2)).toBe(true);
    }
  });

  test("a worker that traps is an error, and the runtime goes on with one thread", async () => {
    const runtime = await make({ threads: 2 });
    // x wraps round: only the first chunk, claimed last, is out of reach; sooner or later the worker meets it.
    const count = 1 << 16;
    const y = empty(runtime, [count]);
    const x = (2 ** 32 - 512 * 4) as Address;
    const messages = new Set<string>();
    for (let i = 0; i < 10_000 && runtime.threads === 2; i++) {
      try {
        runtime.run("reluForward", count, 64, [y.ptr, x]);
      } catch (error) {
        messages.add((error as Error).message);
      }
    }
    expect(
      [...messages].some((message) =>
        message.startsWith("runtime: worker 1 trapped; the result is lost"),
      ),
    ).toBe(true);
    expect(runtime.threads).toBe(1);
  });

  test("a worker that dies in the middle of a job is an error within a bounded time, never a hang", async () => {
    // Reports ready, claims a chunk and is gone; the words are those of worker.ts.
    const script = `
      import { parentPort } from "node:worker_threads";
      parentPort.onmessage = ({ data: { memory, control, word } }) => {
        parentPort.postMessage("ready");
        const words = new Int32Array(memory.buffer, control, 128);
        while (Atomics.load(words, word.remaining) <= 0);
        Atomics.sub(words, word.remaining, 1);
        process.exit();
      };`;
    const workerUrl = `data:text/javascript,${encodeURIComponent(script)}`;
    const runtime = await make({ threads: 2, workerUrl });
    const x = full([1 << 20], 1, { runtime });
    expect(() => {
      for (let i = 0; i < 1e6; i++) runtime.run("accumulate", x.size, 64, [x.ptr, x.ptr]);
    }).toThrow(
      "a worker did not answer for 10 s; the result is lost, and the runtime goes on with one thread",
    );
    expect(runtime.threads).toBe(1);
    x.data.fill(1);
    runtime.run("accumulate", x.size, 64, [x.ptr, x.ptr]);
    expect(x.data.every((value) => value === 2)).toBe(true);
  });

  test("workers that cannot start leave one thread", async () => {
    const workerUrl = "data:text/javascript,throw new Error('no')";
    const runtime = await make({ threads: 2, workerUrl });
    expect(runtime.threads).toBe(1);
  });

  test("a closed runtime computes nothing more, but can be read", async () => {
    const runtime = await make({ threads: 2 });
    const x = full([10], 1, { runtime });
    const weight = full([10], 1, { runtime, requiresGrad: true });
    weight.grad = x;
    const sgd = new SGD([weight], { lr: 1 });
    const state = sgd.stateDict();
    runtime.close();
    runtime.close();
    expect(() => runtime.run("accumulate", 10, 1, [x.ptr, x.ptr])).toThrow(
      "this runtime was closed",
    );
    expect(() => empty(runtime, [3])).toThrow("this runtime was closed");
    expect(() => sgd.step()).toThrow(/^SGD: this runtime was closed/);
    expect(sgd.stateDict()).toEqual(state);
    expect(() => add(x, 1)).toThrow(/^add: this runtime was closed; make its tensors anew/);
    expect(x.data[9]).toBe(1);
  });
});
