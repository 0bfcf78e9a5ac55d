// What the page does with a race: it starts it, keeps its plan, and forgets it at its end.
import { beforeEach, expect, test, vi } from "vitest";
import type { OwnData } from "../../src/page/engine/protocol.js";
import { fakeIndexedDB } from "../io/fake-indexed-db.js";
import { FakeWorker } from "./fake-worker.js";

let workers: FakeWorker[] = [];
let kept = new Map<string, string>();

/** The page as it was just loaded: its modules hold the race. */
async function loaded() {
  vi.resetModules();
  workers = [];
  const { useWorkers } = await import("../../src/page/engine/engine.js");
  useWorkers(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  });
  const control = await import("../../src/page/sections/train/control.js");
  const own = await import("../../src/page/sections/train/own-data.js");
  const { change } = await import("../../src/page/model.js");
  return { ...control, ...own, change };
}

/** The worker that was asked for a training, and the others. */
const trainers = () => workers.filter(({ run }) => run > 0);

/** Answers the calls that wait, all by nothing. */
async function answer(): Promise<void> {
  await Promise.resolve();
  for (const worker of workers)
    for (const { do: what, id } of worker.asked)
      if (what === "call") worker.say({ id, is: "result", result: null });
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

async function started({ run, change }: Awaited<ReturnType<typeof loaded>>, norms = "bn gn") {
  change({ norms });
  const began = run();
  await answer();
  await began;
}

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  vi.stubGlobal("navigator", { hardwareConcurrency: 2 });
});

/** Locks as a browser has them, for all its tabs: one of them has a name at a time. */
function fakeLocks() {
  const held = new Set<string>();
  return {
    async request(name: string, _: object, granted: (lock: object | null) => unknown) {
      if (held.has(name)) return granted(null);
      held.add(name);
      try {
        return await granted({ name });
      } finally {
        held.delete(name);
      }
    },
    query: async () => ({ held: [...held].map((name) => ({ name })) }),
  };
}

/** A browser in which a race was left, and the names of its databases. */
async function browserWithLeft(age = 0) {
  const key = `evenkeel race ${Date.now() - age}`;
  const fake = fakeIndexedDB();
  fake.open(key);
  await new Promise((resolve) => setTimeout(resolve, 5));
  vi.stubGlobal("indexedDB", fake);
  vi.stubGlobal("navigator", { hardwareConcurrency: 2, locks: fakeLocks() });
  const text = JSON.stringify({ key, norms: ["bn"], settings: {}, rates: {} });
  kept.set("evenkeel-race", text);
  return { key, text, databases: async () => (await fake.databases()).map(({ name }) => name) };
}

const own: OwnData = { name: "own.bin", train: new Uint8Array(3073), test: new Uint8Array(3073) };

test("a race that was left goes on with the drawn images, whatever was chosen since", async () => {
  await started(await loaded());
  const [{ key }] = [...kept.values()].map((text) => JSON.parse(text));
  const again = await loaded();
  await again.lookForLeft();
  again.ownData.value = own;
  await again.goOn();
  expect(again.theRace()?.entry).not.toHaveProperty("data");
  expect(trainers()[0].asked[0]).toMatchObject({ do: "run", key });
});

test("no race begins while a file is read, and it takes the images of the moment it was asked for", async () => {
  const page = await loaded();
  page.change({ norms: "bn" });
  const taken = page.takeFile({ name: "own.bin" } as File);
  expect(page.reading.value).toBe("own.bin");
  await page.run();
  expect(workers[0].asked).toHaveLength(1);
  workers[0].say({ id: 1, is: "result", result: own });
  await taken;
  expect(page.reading.value).toBe("");
  const began = page.run();
  page.leaveFile();
  await answer();
  await began;
  expect(trainers()[0].asked[0]).toMatchObject({ do: "run", data: own });
});

test("of two files that were chosen the last one counts, whichever is read first", async () => {
  const { takeFile, leaveFile, ownData, reading } = await loaded();
  const taken = ["first.tar.gz", "last.bin", "torn.bin"].map((name) => takeFile({ name } as File));
  const [worker] = workers;
  const [first, last, torn] = worker.asked;
  worker.say({ id: torn.id, is: "refused", message: "torn" });
  await expect(taken[2]).rejects.toThrow("torn");
  taken.push(takeFile({ name: "again.bin" } as File));
  worker.say({ id: worker.asked[3].id, is: "result", result: own });
  worker.say({ id: first.id, is: "result", result: { ...own, name: "first" } });
  worker.say({ id: last.id, is: "refused", message: "late, of a file that was left" });
  await Promise.all([taken[0], taken[1], taken[3]]);
  expect([ownData.value, reading.value]).toEqual([own, ""]);
  const late = takeFile({ name: "late.bin" } as File);
  leaveFile();
  expect(reading.value).toBe("");
  worker.say({ id: worker.asked[4].id, is: "result", result: own });
  await late;
  expect(ownData.value).toBe(null);
});

test.each([
  ...['"text"', "{}", '{"key":"a","norms":["bn"]}', "null", "{", "[]"],
  ...['"norms":[]', '"norms":[{}]', '"norms":"bn"', '"norms":["bn"],"seeds":[]'].map(
    (norms) => `{"key":"a","settings":{},${norms}}`,
  ),
  '{"key":"a","settings":{},"norms":["bn"],"seeds":["0"]}',
])("a plan that is none, %s, is not offered", async (text) => {
  kept.set("evenkeel-race", text);
  const page = await loaded();
  await page.lookForLeft();
  expect(page.left.value).toBe(null);
});

test("where a race in another tab is kept, its plan stays", async () => {
  const locks = {
    request: async (_: string, __: object, granted: (lock: null) => unknown) => granted(null),
    query: async () => ({ held: [{ name: "evenkeel-race" }] }),
  };
  vi.stubGlobal("navigator", { hardwareConcurrency: 2, locks });
  kept.set("evenkeel-race", "the other tab's");
  const page = await loaded();
  await page.lookForLeft();
  expect(page.left.value).toBe(null);
  await started(page);
  page.setRate(0.1);
  page.stop();
  await answer();
  expect(kept.get("evenkeel-race")).toBe("the other tab's");
});

test.each(["dismiss", "goOn", "run"] as const)(
  "of two tabs that were offered a race, what the first goes on with stays whatever the other does: %s",
  async (deed) => {
    const { key, databases } = await browserWithLeft();
    const [first, second] = [await loaded(), await loaded()];
    for (const tab of [first, second]) await tab.lookForLeft();
    await first.goOn();
    expect(trainers().map(({ asked }) => asked[0])).toMatchObject([{ do: "run", key }]);
    if (deed === "run") await started(second, "gn");
    else await second[deed]();
    expect(await databases()).toEqual([key]);
    expect(JSON.parse(kept.get("evenkeel-race") ?? "")).toMatchObject({ key });
    expect(trainers().map(({ norm }) => norm)).toEqual(deed === "run" ? ["bn", "gn"] : ["bn"]);
    expect([second.left.value, second.isElsewhere.value]).toEqual([null, deed !== "run"]);
  },
);

test("of two tabs that were offered a race, the second does not go on with what the first dismissed", async () => {
  const { databases } = await browserWithLeft();
  const [first, second] = [await loaded(), await loaded()];
  for (const tab of [first, second]) await tab.lookForLeft();
  await first.dismiss();
  await second.goOn();
  expect([await databases(), kept.size, trainers()]).toEqual([[], 0, []]);
  expect([second.left.value, second.isElsewhere.value]).toEqual([null, false]);
});

test("a race that was left since is offered in the place of the one that was", async () => {
  const { text } = await browserWithLeft();
  const page = await loaded();
  await page.lookForLeft();
  const other = { ...JSON.parse(text), key: "evenkeel race 1" };
  kept.set("evenkeel-race", JSON.stringify(other));
  await page.dismiss();
  expect([page.left.value, kept.size]).toEqual([other, 1]);
});

test("a race that another tab has paused for more than a day is not deleted", async () => {
  const { key, databases } = await browserWithLeft(9e7);
  const first = await loaded();
  await first.lookForLeft();
  await first.goOn();
  const second = await loaded();
  await second.lookForLeft();
  expect([second.left.value, await databases()]).toEqual([null, [key]]);
});

test("what a page saved that ended without a word is deleted after a day, if it is of no use", async () => {
  const [old, young] = [Date.now() - 9e7, Date.now() - 8e7];
  const names = ["evenkeel", `evenkeel race ${old}`, `evenkeel race ${young}`, "other race 1"];
  const left = `evenkeel race ${old - 1}`;
  const fake = fakeIndexedDB();
  for (const name of [...names, left]) fake.open(name);
  await new Promise((resolve) => setTimeout(resolve, 5));
  vi.stubGlobal("indexedDB", fake);
  kept.set("evenkeel-race", JSON.stringify({ key: left, norms: ["bn"], settings: {} }));
  const page = await loaded();
  await page.lookForLeft();
  const now = async () => (await fake.databases()).map(({ name }) => name);
  expect(await now()).toEqual([names[0], names[2], names[3], left]);
  await page.dismiss();
  expect(await now()).toEqual([names[0], names[2], names[3]]);
});
