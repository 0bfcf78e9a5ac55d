import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Client, Refusal } from "../../src/page/engine/client.js";
import { Race } from "../../src/page/engine/race.js";
import { seatsFor } from "../../src/page/engine/seats.js";
import { failureText } from "../../src/page/refusals.js";
import { zh } from "../../src/page/text/zh/index.js";
import { FakeWorker } from "./fake-worker.js";

let workers: FakeWorker[] = [];
const living = () => workers.filter(({ isEnded }) => !isEnded);
const makeWorker = () => {
  const worker = new FakeWorker();
  workers.push(worker);
  return worker;
};
const step = (loss: number) => ({
  type: "step",
  phase: "train",
  norm: "bn",
  seed: 0,
  loss,
  rate: 9,
});
const result = (worker: FakeWorker) => worker.say({ id: worker.run, is: "result", result: {} });

function racing(norms: string[], seats = norms.length, silence = 1000) {
  let changes = 0;
  const changed = () => {
    changes++;
  };
  const race = new Race({ makeWorker, seats, silence, changed });
  race.start({ norms, settings: { steps: 5 } });
  return { race, changes: () => changes, statuses: () => race.lanes.map(({ status }) => status) };
}

beforeEach(() => {
  workers = [];
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a client", () => {
  test("gives each call its own answer, whatever their order", async () => {
    const client = new Client(makeWorker);
    const [a, b] = [client.call("see", { norm: "bn" }), client.call("see", { norm: "ln" })];
    const [first, second] = workers[0].asked;
    workers[0].say({ id: second.id, is: "result", result: "b" });
    workers[0].say({ id: first.id, is: "result", result: "a" });
    workers[0].say({ id: first.id, is: "result", result: "late" });
    expect(await Promise.all([a, b])).toEqual(["a", "b"]);
  });

  test("rejects by a Refusal what the library refuses, and by an Error what fails", async () => {
    const client = new Client(makeWorker);
    const refused = client.call("see", { norm: "xn" });
    workers[0].say({ id: 1, is: "refused", message: "unknown norm" });
    await expect(refused).rejects.toThrow(Refusal);
    const failed = client.call("see", { norm: "bn" });
    workers[0].say({ id: 2, is: "failed", name: "Error", message: "trap", stack: "" });
    await expect(failed).rejects.not.toBeInstanceOf(Refusal);
  });

  test.each([undefined, "", "a mistake"])(
    "an error of the worker, %j, fails all",
    async (message) => {
      const client = new Client(makeWorker);
      const calls = [client.call("see", {}), client.call("influence", {})];
      workers[0].onerror?.({ message, preventDefault() {} } as ErrorEvent);
      for (const call of calls) await expect(call).rejects.toThrow(/./);
    },
  );
});

describe("a client whose worker ends without a word", () => {
  const PATIENCE = 30_000;
  const asked = (...names: ("see" | "influence")[]) => {
    const client = new Client(makeWorker);
    const calls = names.map((name) => client.call(name, {}));
    const answers = Promise.allSettled(calls);
    return { client, calls, answers };
  };

  test("fails what it owes, in words that the page knows", async () => {
    const { client, calls, answers } = asked("see", "influence");
    vi.advanceTimersByTime(PATIENCE);
    await answers;
    const { message } = await calls[0].catch((error) => error);
    expect(failureText(message, zh.common)).toBe(zh.common.failed.silence);
    expect([client.isBroken, vi.getTimerCount()]).toEqual([true, 0]);
  });

  test("waits for each answer as long, and not at all while it owes none", async () => {
    const { client, answers } = asked("see", "influence");
    vi.advanceTimersByTime(0.7 * PATIENCE);
    workers[0].say({ id: 1, is: "result", result: 1 });
    vi.advanceTimersByTime(0.7 * PATIENCE);
    workers[0].say({ id: 2, is: "refused", message: "no" });
    vi.advanceTimersByTime(10 * PATIENCE);
    expect((await answers).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect([client.isBroken, vi.getTimerCount()]).toEqual([false, 0]);
  });

  test("leaves no timer behind where it is terminated", () => {
    const { client } = asked("see");
    client.terminate();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("has nothing to do with runs: those may be paused", () => {
    const client = new Client(makeWorker);
    client.run({ settings: {} }, () => {});
    vi.advanceTimersByTime(10 * PATIENCE);
    expect(client.isBroken).toBe(false);
  });
});

describe("a race", () => {
  test("gives each norm a worker, and ends when all are done", () => {
    const { race, statuses } = racing(["bn", "gn"]);
    expect(workers.map(({ norm }) => norm)).toEqual(["bn", "gn"]);
    expect(() => race.start({ norms: ["ln"], settings: {} })).toThrow("under way");
    workers[0].say({ id: 1, is: "started", variant: "simd", threads: 1 });
    workers[0].say({ id: 1, is: "events", events: [step(2), step(1.5)] });
    expect(race.lanes[0]).toMatchObject({ losses: [2, 1.5], rate: 9 });
    result(workers[0]);
    expect([race.status, ...statuses()]).toEqual(["running", "done", "running"]);
    result(workers[1]);
    expect([race.status, ...statuses()]).toEqual(["done", "done", "done"]);
  });

  test("with fewer seats than norms: the others wait for one", () => {
    const { race, statuses } = racing(["bn", "gn", "ln"], 1);
    expect(statuses()).toEqual(["running", "waiting", "waiting"]);
    for (const norm of ["bn", "gn", "ln"]) {
      expect(workers[0].norm).toBe(norm);
      result(workers[0]);
    }
    expect([workers.length, race.status]).toEqual([1, "done"]);
    expect([1, 2, 4, 8, 64].map((cores) => seatsFor(5, cores))).toEqual([1, 1, 3, 4, 4]);
    expect(seatsFor(2, 64)).toBe(2);
  });

  test("each norm is trained from every seed, all norms from the first one first", () => {
    const race = new Race({ makeWorker, seats: 1, changed: () => {} });
    const rates = { "gn 5": [[3, 0.5] as const] };
    race.start({ norms: ["bn", "gn"], seeds: [2, 5], settings: { steps: 5, seed: 9 }, rates });
    const wanted: [string, number][] = [
      ["bn", 2],
      ["gn", 2],
      ["bn", 5],
      ["gn", 5],
    ];
    expect(race.lanes.map(({ norm, seed }) => [norm, seed])).toEqual(wanted);
    for (const [norm, seed] of wanted) {
      expect(workers[0].asked.at(-1)).toMatchObject({
        settings: { norms: [norm], seed },
        rates: norm === "gn" && seed === 5 ? rates["gn 5"] : [],
      });
      result(workers[0]);
    }
    expect(race.status).toBe("done");
    race.dispose();
  });

  test("pause, step, resume, set and stop arrive in this order, at every run", () => {
    const { race } = racing(["bn", "gn"]);
    race.step(); // it is not paused: nothing
    race.resume();
    race.pause();
    race.pause();
    race.step();
    race.set(0.1);
    race.resume();
    race.stop();
    race.stop();
    race.step();
    for (const worker of workers)
      expect(worker.words).toEqual(["run", "pause", "step", "set", "resume", "stop"]);
    expect(race.status).toBe("stopped");
    for (const worker of workers) worker.say({ id: worker.run, is: "stopped", result: {} });
    expect([race.status, ...race.lanes.map(({ status }) => status)]).toEqual([
      ...["stopped", "stopped", "stopped"],
    ]);
  });

  test("while it is paused nobody sits down, and a step size set then is that of who does", () => {
    const { race, statuses } = racing(["bn", "gn"], 1);
    race.pause();
    race.set(0.5);
    result(workers[0]);
    expect([race.status, ...statuses()]).toEqual(["paused", "done", "waiting"]);
    race.resume();
    expect(statuses()).toEqual(["done", "running"]);
    expect(workers[0].asked.at(-1)).toMatchObject({ do: "run", rates: [[0, 0.5]] });
  });

  test("a stop ends those that wait too, and what was shown stays", () => {
    const { race, statuses } = racing(["bn", "gn"], 1);
    workers[0].say({ id: 1, is: "events", events: [step(2)] });
    race.stop();
    workers[0].say({ id: 1, is: "stopped", result: {} });
    expect([race.status, ...statuses()]).toEqual(["stopped", "stopped", "stopped"]);
    expect(race.lanes[0].losses).toEqual([2]);
    expect(workers[0].asked.filter((request) => request.do === "run")).toHaveLength(1);
  });

  test("one is refused, with the sentence, and the others go on", () => {
    const { race } = racing(["gn:7", "bn"]);
    workers[0].say({ id: 1, is: "refused", message: "7 does not divide 8" });
    expect(race.lanes[0]).toMatchObject({ status: "refused", message: "7 does not divide 8" });
    result(workers[1]);
    expect(race.status).toBe("done");
  });

  test("one fails: its worker is not used again", () => {
    const { race, statuses } = racing(["bn", "gn"], 1);
    workers[0].onerror?.({ message: "out of memory", preventDefault() {} } as ErrorEvent);
    expect(race.lanes[0]).toMatchObject({ status: "failed", message: "out of memory" });
    expect(workers[0].isEnded).toBe(true);
    expect([workers.length, workers[1].norm]).toEqual([2, "gn"]);
    result(workers[1]);
    expect([race.status, ...statuses()]).toEqual(["done", "failed", "done"]);
  });

  test("a worker that went silent is replaced, and its run begun again", () => {
    const { race } = racing(["bn", "gn"]);
    workers[0].say({ id: 1, is: "events", events: [step(2)] });
    for (let i = 0; i < 6; i++) {
      vi.advanceTimersByTime(250);
      workers[1].say({ id: 1, is: "events", events: [step(3)] });
    }
    expect([race.lanes.map(({ lost }) => lost.times), workers.length]).toEqual([[1, 0], 3]);
    expect([workers[0].isEnded, workers[1].isEnded]).toEqual([true, false]);
    expect(workers[2].norm).toBe("bn");
    const start = { type: "start", phase: "train", norm: "bn", seed: 0 };
    workers[2].say({ id: 1, is: "events", events: [start, step(2), step(1)] });
    expect(race.lanes[0].losses).toEqual([2, 1]);
    result(workers[2]);
    result(workers[1]);
    expect(race.status).toBe("done");
  });

  test("a paused race may be silent", () => {
    const { race } = racing(["bn"]);
    race.pause();
    vi.advanceTimersByTime(60_000);
    race.resume();
    vi.advanceTimersByTime(900);
    expect(workers.length).toBe(1);
  });

  test("after a sleep of the whole page nobody is to blame", () => {
    racing(["bn"]);
    vi.advanceTimersByTime(400);
    const now = performance.now();
    vi.spyOn(performance, "now").mockImplementation(() => now + 3_600_000);
    vi.advanceTimersByTime(250);
    expect(workers.length).toBe(1);
    vi.restoreAllMocks();
  });

  test("workers that stay silent are given up, and the race ends", () => {
    const { race, statuses } = racing(["bn", "gn"], 1);
    vi.advanceTimersByTime(60_000);
    expect(race.status).toBe("stopped");
    expect(statuses()).toEqual(["failed", "failed"]);
    expect(failureText(race.lanes[0].message, zh.common)).toBe(zh.common.failed.silence);
    expect(living().length).toBeLessThanOrEqual(1);
  });

  test("a worker may be replaced as often as it gets farther each time", () => {
    const { race, statuses } = racing(["bn"]);
    for (let i = 0; i < 10; i++) {
      const worker = workers.at(-1) as FakeWorker;
      worker.say({ id: worker.run, is: "events", events: [step(2)] });
      vi.advanceTimersByTime(1_300);
    }
    expect([workers.length, ...statuses()]).toEqual([11, "running"]);
    vi.advanceTimersByTime(60_000);
    expect([race.status, workers.length, ...statuses()]).toEqual(["stopped", 13, "failed"]);
  });

  test("how often one worker is replaced does not count for the others", () => {
    const { statuses } = racing(["bn", "gn"]);
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(250);
      workers[1].say({ id: 1, is: "events", events: [step(3)] });
    }
    expect([workers.length, ...statuses()]).toEqual([5, "failed", "running"]);
    vi.advanceTimersByTime(1_000);
    expect([workers.length, ...statuses()]).toEqual([6, "failed", "running"]);
  });

  test("a step size that a worker never answered for is that of the one in its place", () => {
    const { race } = racing(["bn"]);
    workers[0].say({ id: 1, is: "rates", rates: [[1, 0.5]] });
    workers[0].say({ id: 1, is: "events", events: [step(3), step(2)] });
    race.set(0.5);
    race.set(0.1);
    vi.advanceTimersByTime(1_300);
    const rates = [
      [1, 0.5],
      [2, 0.1],
    ];
    expect(workers[1].asked[0]).toMatchObject({ do: "run", rates });
    race.set(0.1);
    workers[1].say({ id: 1, is: "rates", rates: [...rates, [2, 0.1]] });
    vi.advanceTimersByTime(1_300);
    expect(workers[2].asked[0]).toMatchObject({ do: "run", rates: [...rates, [2, 0.1]] });
  });

  test("a worker that is told step sizes all the time is missed as soon as any other", () => {
    const { race } = racing(["bn"]);
    for (let i = 1; i < 7; i++) {
      vi.advanceTimersByTime(200);
      race.set(i / 10);
    }
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([true, false]);
  });

  test("that a race that was stopped could not be saved is not said of the next one", () => {
    const { race } = racing(["bn"]);
    race.stop();
    race.start({ norms: ["gn"], settings: {} });
    workers[0].say({ id: 1, is: "unsaved", message: "full" });
    expect(race.unsaved).toBe("");
    workers[0].say({ id: 1, is: "stopped", result: {} });
    workers[0].say({ id: 2, is: "unsaved", message: "full" });
    expect(race.unsaved).toBe("full");
  });

  test("a race that follows a stop waits for the seat, and is not given the old run", () => {
    const { race } = racing(["bn"]);
    race.stop();
    race.start({ norms: ["gn"], settings: {} });
    expect(race.lanes[0].status).toBe("waiting");
    vi.advanceTimersByTime(2_000); // the stopped run never says so
    expect(living().map(({ norm }) => norm)).toEqual(["gn"]);
    result(living()[0]);
    expect([race.status, race.lanes[0].status]).toEqual(["done", "done"]);
  });

  test("a worker that does not answer a stop is ended", () => {
    const { race, statuses } = racing(["bn", "gn"]);
    race.pause();
    vi.advanceTimersByTime(60_000); // paused it may be silent
    race.stop();
    workers[1].say({ id: 1, is: "stopped", result: {} });
    vi.advanceTimersByTime(900);
    expect(statuses()).toEqual(["running", "stopped"]);
    vi.advanceTimersByTime(1_000);
    expect([race.status, ...statuses()]).toEqual(["stopped", "stopped", "stopped"]);
    expect(workers.map(({ isEnded }) => isEnded)).toEqual([true, false]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a stop where no training sits is told at once", () => {
    const { race, changes } = racing(["bn", "gn"], 1);
    race.pause();
    result(workers[0]); // its last step was taken singly
    const before = changes();
    race.stop();
    expect([race.status, changes()]).toEqual(["stopped", before + 1]);
  });

  test("a step size keeps those before it where a worker was replaced", () => {
    const { race } = racing(["bn", "gn"], 1);
    workers[0].say({ id: 1, is: "rates", rates: [[3, 0.5]] });
    race.lanes[0].status = "waiting";
    race.lanes[0].losses = [4, 3, 2, 1];
    race.set(0.1);
    expect(race.lanes.map(({ rates }) => rates)).toEqual([
      [
        [3, 0.5],
        [4, 0.1],
      ],
      [[0, 0.1]],
    ]);
  });

  test("50 starts and stops leave seats, listeners and timers as they were", () => {
    const { race } = racing(["bn", "gn"]);
    race.stop();
    for (const worker of workers) worker.say({ id: worker.run, is: "stopped", result: {} });
    const timers = vi.getTimerCount();
    for (let i = 0; i < 50; i++) {
      race.start({ norms: ["bn", "gn"], settings: {} });
      race.set(0.1);
      race.pause();
      race.stop();
      for (const worker of workers) worker.say({ id: worker.run, is: "stopped", result: {} });
    }
    expect(workers.length).toBe(2);
    expect(vi.getTimerCount()).toBe(timers);
    expect(race.status).toBe("stopped");
    const before = race.lanes.map((lane) => ({ ...lane }));
    for (const worker of workers)
      for (let id = 1; id <= worker.run; id++) worker.say({ id, is: "events", events: [step(9)] });
    expect(race.lanes).toEqual(before); // nobody listens to a run that has ended
    race.dispose();
    expect([living().length, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
