import { expect, test } from "vitest";
import { inTurn } from "../../src/experiments/in-turn.js";

const closed: string[] = [];

async function* counts(name: string, to: number): AsyncGenerator<string, number> {
  try {
    for (let i = 1; i <= to; i++) yield name + i;
    return to;
  } finally {
    closed.push(name);
  }
}

test("generators take turns; results are in their order", async () => {
  const run = inTurn([counts("a", 1), counts("b", 3)]);
  const seen: string[] = [];
  for (;;) {
    const { done, value } = await run.next();
    if (done) {
      expect(value).toEqual([1, 3]);
      break;
    }
    seen.push(value);
  }
  expect(seen).toEqual(["a1", "b1", "b2", "b3"]);
  expect(await inTurn([]).next()).toEqual({ done: true, value: [] });
});

test("those that are left are closed, whether it is left or one fails", async () => {
  closed.length = 0;
  const run = inTurn([counts("a", 2), counts("b", 2)]);
  await run.next();
  await run.next();
  await run.return([]);
  expect(closed).toEqual(["a", "b"]);
  async function* fails(): AsyncGenerator<string, number> {
    yield "f1";
    throw new Error("no more");
  }
  const other = inTurn([counts("c", 5), fails()]);
  await expect(async () => {
    for (;;) await other.next();
  }).rejects.toThrow("no more");
  expect(closed).toEqual(["a", "b", "c"]);
});
