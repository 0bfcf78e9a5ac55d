import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

let pace: typeof import("../../src/experiments/pace.js").pace;
beforeEach(async () => {
  vi.resetModules();
  ({ pace } = await import("../../src/experiments/pace.js"));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const busy = (milliseconds: number) => {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
};

/** Rounds of 30 ms until `done`, and no more than 20. */
async function rounds(done: () => boolean, signal?: AbortSignal): Promise<number> {
  for (let round = 1; round <= 20; round++) {
    busy(30);
    await pace(signal);
    if (done()) return round;
  }
  return Number.POSITIVE_INFINITY;
}

describe.each([true, false])("pace, with MessageChannel: %s", (there) => {
  beforeEach(() => {
    if (!there) vi.stubGlobal("MessageChannel", undefined);
  });

  test("timers and other messages have their turn", async () => {
    let timer = false;
    setTimeout(() => {
      timer = true;
    }, 0);
    expect(await rounds(() => timer)).toBeLessThanOrEqual(6);
    const { port1, port2 } = new (globalThis.MessageChannel ?? (await messages()))();
    let message = false;
    port1.onmessage = () => {
      message = true;
    };
    port2.postMessage(1);
    expect(await rounds(() => message)).toBeLessThanOrEqual(6);
    port1.close();
  });

  test("throws the reason of a signal that fires meanwhile", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 0);
    await expect(rounds(() => false, stop.signal)).rejects.toThrow("enough");
  });

  test("within 50 ms nothing waits", async () => {
    await rounds(() => true);
    await pace();
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    for (let i = 0; i < 100; i++) await pace();
    expect(turned).toBe(false);
  });
});

const messages = async () => (await import("node:worker_threads")).MessageChannel as never;

test("leaves timers alone where there are channels, and every port closed", async () => {
  const timers = vi.spyOn(globalThis, "setTimeout");
  const closed: MessagePort[] = [];
  const close = MessagePort.prototype.close;
  vi.spyOn(MessagePort.prototype, "close").mockImplementation(function (this: MessagePort) {
    closed.push(this);
    close.call(this);
  });
  busy(60);
  await pace();
  expect(timers).not.toHaveBeenCalled();
  expect(closed).toHaveLength(1);
});
