import { expect, test } from "vitest";
import { influenceReport, influenceText } from "../../src/cli/report/influence.js";
import { en } from "../../src/cli/text/en/index.js";
import {
  disturbances,
  type InfluenceResult,
  influence,
  parts,
} from "../../src/experiments/influence.js";
import { methods } from "../../src/experiments/methods/index.js";
import { dependsOn, type MapShape } from "../../src/experiments/sets.js";
import { normNames } from "../../src/nn/index.js";
import { finish, interrupt } from "./finish.js";

const all = finish((options) => influence({}, options));
const row = async (norm: string) =>
  (await all).rows.find((row) => row.norm === norm) as InfluenceResult["rows"][number];

test("every spec under every disturbance, in shares", async () => {
  const { rows } = await all;
  expect(rows.map(({ norm }) => norm)).toEqual(normNames());
  for (const { influences } of rows) {
    expect(Object.keys(influences)).toEqual([...disturbances]);
    for (const [name, { own, others }] of Object.entries(influences)) {
      expect(own).toBeGreaterThanOrEqual(0);
      expect(own).toBeLessThanOrEqual(1);
      if (name === "alone") expect(others).toBeNull();
      else expect(others).toBeLessThanOrEqual(1);
    }
  }
});

/** Of 127 other outputs of its sample and 384 of others; of these, here and there one stays where it was. */
test.each([
  ["bn", 15 / 127, 48 / 384],
  ["ln", 1, 0],
  ["in", 15 / 127, 0],
  ["gn", 31 / 127, 0],
  ["ln2d", 7 / 127, 0],
  ["dyt", 0, 0],
  ["none", 0, 0],
])("an outlier under %s", async (norm, own, others) => {
  const { outlier } = (await row(norm)).influences;
  const { own: ownShare, others: othersShare } = outlier;
  const moved = Math.round(127 * (ownShare ?? Number.NaN));
  const movedOthers = Math.round(384 * (othersShare ?? Number.NaN));
  expect(moved).toBeLessThanOrEqual(Math.round(127 * own));
  expect(moved).toBeGreaterThanOrEqual(Math.round(127 * own) - 1);
  expect(movedOthers).toBeLessThanOrEqual(Math.round(384 * others));
  expect(movedOthers).toBeGreaterThanOrEqual(Math.round(384 * others) - 1);
});

test("no more moves than the sets say", async () => {
  const shape: MapShape = [4, 8, 4, 4];
  const rows = methods().filter(({ make }) => make);
  for (const { name, sets = [], argument } of rows) {
    const reads = dependsOn(sets, shape, argument?.usual(8));
    const reached = Array.from({ length: 512 }, (_, i) => i > 0 && reads(i, 0));
    const { own, others } = (await row(name)).influences.outlier;
    const shares = [reached.slice(1, 128), reached.slice(128)].map(
      (part) => part.filter(Boolean).length / part.length,
    );
    expect(own, name).toBeLessThanOrEqual(shares[0]);
    expect(others, name).toBeLessThanOrEqual(shares[1]);
  }
});

test("alone, only those change that look at the batch", async () => {
  const changed = (await all).rows.filter(({ influences }) => Number(influences.alone.own) > 0);
  const batch = methods().filter((row) => row.make && row.batch !== "no");
  const names = changed.map(({ norm }) => norm);
  expect(batch.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  expect(names).toEqual(expect.arrayContaining(["bn", "sn", "iternorm", "evonorm-b0", "mvn"]));
});

test.each([
  ["bn", ["batch", "channel"], ["batch", "channel"]],
  ["in", ["batch", "channel", "sample", "plane"], ["batch", "channel", "sample", "plane"]],
  ["ln", ["batch", "sample"], ["batch", "sample"]],
  ["gn", ["batch", "sample"], ["batch", "sample"]],
  ["ln2d", ["batch", "sample", "position"], ["batch", "sample", "position"]],
  ["rms", [], ["batch", "sample", "position"]],
  ["frn", [], ["batch", "channel", "sample", "plane"]],
  ["dyt", [], []],
  ["lrn", [], []],
  ["none", [], []],
])("%s does not notice shifts of %j and scales of %j", async (norm, shift, scale) => {
  expect((await row(norm)).invariant).toEqual({ shift, scale });
  expect(parts).toEqual(expect.arrayContaining([...shift, ...scale]));
});

test("a batch that a norm refuses is told of", async () => {
  const shape: MapShape = [4, 8, 1, 1];
  const { rows } = await finish((options) => influence({ norms: ["bn", "ln"], shape }, options));
  expect(rows[0].influences.alone).toEqual({ own: null, others: null });
  expect(rows[1].influences.alone).toEqual({ own: 0, others: null });
});

test("text and report say it", async () => {
  const result = await all;
  expect(influenceText(result, en)).toMatch(
    /^bn +1[12] \/ 1[23] % .* batch, channel +batch, channel$/m,
  );
  const { summary, sections } = influenceReport(result, en);
  expect(summary).toMatch(/under \d+ norms of \d+: bn, /);
  expect(sections[0].html).not.toMatch(/NaN|undefined/);
});

test("stops when told to, and refuses what cannot be", async () => {
  const { error, bytes } = await interrupt((options) => influence({}, options));
  expect((error as Error).name).toBe("AbortError");
  expect(bytes).toBe(0);
  const refuse = (settings: object, message: string) =>
    expect(finish((options) => influence(settings, options))).rejects.toThrow(message);
  await refuse({ norms: ["gn:3"] }, 'influence: "gn:3": num_channels must be divisible');
  await refuse({ norms: ["xn"] }, 'influence: unknown norm "xn"');
  await refuse(
    { shape: [1, 8, 4, 4] },
    "influence: expected shape to be four positive integers, two",
  );
  await refuse(
    { outlier: Number.NaN },
    "influence: expected outlier to be a finite number, got NaN",
  );
});
