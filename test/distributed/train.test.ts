import { beforeAll, describe, expect, test } from "vitest";
import { available, type Backend, program, ranks } from "./ranks.js";

interface Result {
  losses: number[];
  counted: { collectives: number; bytes: number };
  parameters: number;
  inEvaluation: number;
  keys: string[];
  state: string;
}

const STEPS = 50;
let path = "";
let whole: number[] = [];
let permuted = 0;

const largest = (a: number[], b: number[], steps: number) =>
  Math.max(...a.slice(0, steps).map((loss, i) => Math.abs(loss - b[i])));

/** Runs the training. Every rank must have the same losses, and the same state to the last bit. */
async function train(backend: Backend, shards: number[], args: object = {}): Promise<Result> {
  const given = { steps: STEPS, shards, ...args };
  const got = await ranks<Result>(path, backend, shards.length, given);
  expect(got.length).toBe(shards.length);
  for (const { losses, state } of got) {
    expect(losses).toEqual(got[0].losses);
    expect(state).toBe(got[0].state);
  }
  return got[0];
}

beforeAll(async () => {
  path = await program("train");
  whole = (await train("local", [24])).losses;
  const other = await train("local", [24], { permute: 17 });
  permuted = largest(other.losses, whole, STEPS);
}, 300_000);

const runs: [Backend, number[]][] = [
  ["local", [12, 12]],
  ["local", [8, 8, 8]],
  ["local", [6, 6, 6, 6]],
  ["local", [13, 10, 1]],
  ["local", [14, 10, 0]],
  ["openmpi", [12, 12]],
  ["openmpi", [8, 8, 8]],
  ["openmpi", [13, 10, 1]],
  ["openmpi", [14, 10, 0]],
  ["openmpi", [6, 6, 6, 6]],
  ["mpich", [14, 10]],
];

describe("the ranks train as one process does", () => {
  for (const [backend, shards] of runs)
    test.skipIf(!available[backend])(
      `${backend} ${shards.join("-")}`,
      async () => {
        const { losses, counted, parameters, inEvaluation, keys } = await train(backend, shards);
        const [ten, thirty, fifty] = [10, 30, 50].map((steps) => largest(losses, whole, steps));
        console.log(
          `${backend} ${shards.join("-")}: ${ten.toExponential(1)} in 10 steps, ${thirty.toExponential(1)} in 30, ` +
            `${fifty.toExponential(1)} in 50; one process, permuted: ${permuted.toExponential(1)}`,
        );
        expect(ten).toBeLessThanOrEqual(1e-6);
        expect(thirty).toBeLessThanOrEqual(1e-3);
        // four layers forward and back, the counts, one bucket
        expect(counted.collectives).toBe(4 + 4 + 1 + 1);
        expect(counted.bytes).toBe(4 * parameters + 24 + 8 * (120 * 4 + 8));
        expect(inEvaluation).toBe(0);
        expect(keys[0]).toBe("model.0.0.weight");
      },
      300_000,
    );

  test("small buckets, and sums in a fixed order", async () => {
    const small = await train("local", [13, 10, 1], { bucketCapMb: 0.02, steps: 12 });
    expect(small.counted.collectives).toBeGreaterThan(12);
    expect(largest(small.losses, whole, 10)).toBeLessThanOrEqual(1e-6);
  }, 300_000);

  test.skipIf(!available.openmpi || !available.mpich)(
    "fixed order: the same bits for both MPIs, threads and any bucket size",
    async () => {
      const hosts: [Backend, number?][] = [["local"], ["openmpi", 0.02], ["mpich", 1]];
      const states: string[] = [];
      for (const [backend, bucketCapMb] of hosts) {
        const args = { steps: 5, order: "fixed", bucketCapMb };
        states.push((await train(backend, [14, 10], args)).state);
      }
      expect(new Set(states).size).toBe(1);
    },
    300_000,
  );
});

describe("what is wrong fails the same test", () => {
  const steps = 10;
  test.each(["after", "mean"])(
    "weighting %s the backward pass",
    async (weighting) => {
      const { losses } = await train("local", [14, 10], { steps, weighting });
      expect(largest(losses, whole, steps)).toBeGreaterThan(1e-3);
    },
    300_000,
  );

  test("batch norm that is not synchronised, whose buffers differ between the ranks too", async () => {
    const args = { steps, shards: [12, 12], sync: "none" };
    const got = await ranks<Result>(path, "local", 2, args);
    expect(largest(got[0].losses, whole, steps)).toBeGreaterThan(1e-3);
    expect(got[0].state).not.toBe(got[1].state);
  }, 300_000);
});
