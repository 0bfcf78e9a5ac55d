// The worker's side of a training, on a real runtime. Networks are tiny.
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { CompareConfig, CompareEvent, CompareResult } from "../../src/experiments/compare.js";
import { compare } from "../../src/experiments/compare.js";
import { checkpointDatabase } from "../../src/io/checkpoint-database.js";
import type { Reply, Request } from "../../src/page/engine/protocol.js";
import { Session } from "../../src/page/engine/session.js";
import { raceData } from "../../src/page/preset-races.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { fakeIndexedDB } from "../io/fake-indexed-db.js";

const settings = {
  ...{ norms: ["gn"], width: 4, batchSize: 2, lr: 3e-3, steps: 60, batch1: false },
} satisfies Partial<CompareConfig>;

/** The losses of the same training without a session, and without a pause. */
let uninterrupted: number[] = [];

beforeAll(async () => {
  const runtime = await createRuntime({ threads: 1, deterministic: true });
  for await (const event of compare(raceData(), settings, { runtime }))
    if (event.type === "step") uninterrupted.push(event.loss);
  runtime.close();
  uninterrupted = uninterrupted.slice(0, settings.steps);
});

/** A session, what it has said so far, and when. */
class Worked {
  readonly replies: (Reply & { time: number })[] = [];
  readonly session = new Session((reply) => {
    this.replies.push({ ...structuredClone(reply), time: performance.now() });
    this.#look();
  });
  #waiting: { isRight: (replies: Reply[]) => boolean; resolve: () => void }[] = [];

  ask(request: Request): void {
    void this.session.receive(request);
  }

  run(id: number, more: object = {}): void {
    this.ask({ id, do: "run", settings: { ...settings, ...more } });
  }

  #look(): void {
    const done = this.#waiting.filter(({ isRight }) => isRight(this.replies));
    this.#waiting = this.#waiting.filter((each) => !done.includes(each));
    for (const { resolve } of done) resolve();
  }

  until(isRight: (replies: Reply[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ isRight, resolve });
      this.#look();
    });
  }

  count(is: Reply["is"]): number {
    return this.replies.filter((reply) => reply.is === is).length;
  }

  get events(): CompareEvent[] {
    return this.replies.flatMap((reply) => (reply.is === "events" ? reply.events : []));
  }

  get losses(): number[] {
    return this.events.flatMap((event) => (event.type === "step" ? [event.loss] : []));
  }

  get last(): Reply {
    return this.replies[this.replies.length - 1];
  }
}

const isOver = (replies: Reply[]) => /result|stopped|refused|failed/.test(replies.at(-1)?.is ?? "");

describe("a session", () => {
  test("trains as without it, and sends events every 50 ms at most", async () => {
    const worked = new Worked();
    worked.run(1, { steps: 60 });
    await worked.until(isOver);
    expect(worked.last.is).toBe("result");
    expect(worked.losses).toEqual(uninterrupted);
    const sent = worked.replies.filter((reply) => reply.is === "events");
    const gaps = sent.slice(1).map((reply, i) => reply.time - sent[i].time);
    for (const gap of gaps.slice(0, -1)) expect(gap).toBeGreaterThanOrEqual(49);
    const [{ runs }] = [(worked.last as { result: CompareResult }).result];
    expect(runs[0].losses).toEqual(uninterrupted);
  });

  test("a pause holds the count, a step takes one, and the rest is as without them", async () => {
    const worked = new Worked();
    worked.run(1);
    await worked.until(() => worked.losses.length >= 3);
    worked.ask({ id: 1, do: "pause" });
    await worked.until(() => worked.count("paused") === 1);
    const held = worked.losses.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(worked.losses.length).toBe(held);
    for (let i = 1; i <= 3; i++) {
      worked.ask({ id: 1, do: "step" });
      await worked.until(() => worked.count("paused") === 1 + i);
      expect(worked.losses.length).toBe(held + i);
    }
    worked.ask({ id: 1, do: "resume" });
    await worked.until(isOver);
    expect(worked.last.is).toBe("result");
    expect(worked.losses).toEqual(uninterrupted);
  });

  test.each([false, true])(
    "a stop, paused before: %j, gives what was learned so far",
    async (paused) => {
      const worked = new Worked();
      worked.run(1);
      await worked.until(() => worked.losses.length >= 5);
      if (paused) {
        worked.ask({ id: 1, do: "pause" });
        await worked.until(() => worked.count("paused") === 1);
      }
      worked.ask({ id: 1, do: "stop" });
      await worked.until(isOver);
      expect(worked.last.is).toBe("stopped");
      const { unfinished, runs } = (worked.last as { result: CompareResult }).result;
      const losses = unfinished?.[0].losses ?? [];
      expect(runs).toEqual([]);
      expect(losses.length).toBeGreaterThanOrEqual(5);
      expect(losses.length).toBeLessThan(settings.steps);
      expect(losses).toEqual(uninterrupted.slice(0, losses.length));
      expect(worked.losses).toEqual(losses);
    },
  );

  test("a run that is stopped leaves no checkpoint, and one that ends leaves its own", async () => {
    const fake = fakeIndexedDB();
    vi.stubGlobal("indexedDB", fake);
    const count = (key: string) => checkpointDatabase("gn-seed0-train", key).exists();
    const worked = new Worked();
    worked.ask({ id: 1, do: "run", settings: { ...settings, steps: 400 }, key: "a" });
    await worked.until(() => worked.losses.length > 41);
    expect(await count("a")).toBe(true);
    worked.ask({ id: 1, do: "stop" });
    await worked.until(isOver);
    expect(worked.last.is).toBe("stopped");
    expect(await fake.databases()).toEqual([]);
    worked.ask({ id: 2, do: "run", settings: { ...settings, steps: 3 }, key: "b" });
    await worked.until((replies) => replies.at(-1)?.id === 2 && isOver(replies));
    expect([worked.last.is, await count("b")]).toEqual(["result", true]);
    vi.unstubAllGlobals();
  });

  test("a stop before the first step is a stop, and the next run is a run", async () => {
    const worked = new Worked();
    worked.run(1);
    worked.ask({ id: 1, do: "pause" });
    worked.ask({ id: 1, do: "stop" });
    await worked.until(isOver);
    expect(worked.last.is).toBe("stopped");
    expect(worked.losses).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 0));
    worked.run(2, { steps: 4 });
    worked.ask({ id: 1, do: "stop" }); // late, and of another run
    await worked.until((replies) => replies.at(-1)?.is === "result");
    expect(worked.last.id).toBe(2);
  });

  test("a step size that is set counts from the next step", async () => {
    const worked = new Worked();
    worked.run(1);
    worked.ask({ id: 1, do: "pause" });
    await worked.until(() => worked.count("paused") === 1);
    worked.ask({ id: 1, do: "set", lr: 1e-9 });
    worked.ask({ id: 1, do: "resume" });
    await worked.until(isOver);
    expect(worked.losses[0]).toBe(uninterrupted[0]); // the weights are those of the start
    expect(worked.losses).not.toEqual(uninterrupted);
  });

  test("refuses settings that cannot be, and is ready for others", async () => {
    const worked = new Worked();
    for (const [id, wrong] of [
      { norms: ["xn"] },
      { norms: ["gn:3"] },
      { lr: -1 },
      { steps: 0 },
    ].entries()) {
      worked.run(id, wrong);
      await worked.until((replies) => replies.at(-1)?.id === id && isOver(replies));
      expect(worked.last).toMatchObject({ id, is: "refused" });
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    worked.run(9, { steps: 2 });
    worked.run(10); // while the other is under way
    await worked.until((replies) => replies.at(-1)?.is === "result");
    expect(worked.replies.find(({ id }) => id === 10)).toMatchObject({ is: "failed" });
    expect(worked.last).toMatchObject({ id: 9, is: "result" });
  });

  test("answers calls, and refuses as the library does", async () => {
    const worked = new Worked();
    worked.ask({ id: 1, do: "call", name: "see", args: { norm: "gn:3" } });
    await worked.until(isOver);
    expect(worked.last).toMatchObject({ id: 1, is: "result", result: { argument: 3 } });
    worked.ask({ id: 2, do: "call", name: "see", args: { norm: "xn" } });
    await worked.until((replies) => replies.at(-1)?.id === 2);
    expect(worked.last.is).toBe("refused");
    worked.ask({ id: 3, do: "call", name: "check", args: { norms: ["bn", "gn:5"], width: 8 } });
    await worked.until((replies) => replies.at(-1)?.id === 3);
    expect(worked.last.is).toBe("refused");
  });
});
