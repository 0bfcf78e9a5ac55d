import { expect, test } from "vitest";
import { seeReport, seeText } from "../../src/cli/report/see.js";
import { en } from "../../src/cli/text/en/index.js";
import { methodDescriptions } from "../../src/experiments/methods/index.js";
import { momentsBySet } from "../../src/experiments/moments.js";
import { type Sight, see, seeDefaults, sight } from "../../src/experiments/see.js";
import { type MapShape, setIndex } from "../../src/experiments/sets.js";
import { defaultGenerator } from "../../src/random.js";
import { useRuntime } from "../helpers.js";
import { finish } from "./finish.js";

const runtime = await useRuntime({ threads: 1 });
const look = (settings: object): Sight => {
  const before = runtime.stats();
  const state = defaultGenerator.getState();
  const seen = sight(settings, runtime);
  const { tensors, bytes } = runtime.stats();
  expect({ tensors, bytes }).toEqual({ tensors: before.tensors, bytes: before.bytes });
  expect(defaultGenerator.getState()).toEqual(state);
  return seen;
};

const rows = methodDescriptions.flatMap(({ name: family, methods }) =>
  methods.map((row) => ({ ...row, family })),
);
const names = rows.map(({ name }) => name);

/** What a reader computes from a sight, in float64. */
function byHand({ shape, input, sets, argument, statistic, eps, gamma, beta, running }: Sight) {
  const [, c, h, w] = shape;
  const channel = (i: number) => Math.floor(i / (h * w)) % c;
  const setOf = running || !sets ? channel : setIndex(sets[0], shape, argument);
  const own = momentsBySet(input, setOf);
  const squares = momentsBySet(
    input.map((x) => x * x),
    setOf,
  );
  return Array.from(input, (x, i) => {
    const set = setOf(i);
    const mean = running ? running.mean[set] : own[set].mean;
    const variance = running ? running.variance[set] : own[set].biased;
    const [above, below] =
      statistic === "moments"
        ? [x - mean, variance]
        : [x, running ? running.variance[set] : squares[set].mean];
    return (gamma?.[i] ?? 1) * (above / Math.sqrt(below + (eps ?? 0))) + (beta?.[i] ?? 0);
  });
}

const shapes: MapShape[] = [
  [4, 6, 2, 2],
  [1, 6, 2, 2],
  [3, 4, 1, 5],
  [2, 8, 3, 1],
  [5, 4, 1, 1],
  [1, 4, 1, 1],
];
const cases = names.flatMap((name) => [true, false].map((training) => ({ name, training })));

test.each(cases)("$name, training $training: shapes, and the formula that it names", (given) => {
  const { name: norm, training } = given;
  let shown = 0;
  for (const shape of shapes) {
    let seen: Sight;
    try {
      seen = look({ norm, shape, training, seed: 3 });
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      expect(String(error)).toMatch(/expected more than 1 |sequenceLength|1 value/i);
      expect(shape[2] * shape[3] === 1, `${shape}`).toBe(true);
      continue;
    }
    shown++;
    const [n, c, h, w] = seen.shape;
    const size = n * c * h * w;
    for (const list of [seen.input, seen.output, seen.gamma, seen.beta])
      if (list) expect(list).toHaveLength(size);
    if (seen.running) expect(seen.running.mean).toHaveLength(c);
    expect(seen.output.every(Number.isFinite), `${shape}`).toBe(true);
    if (!seen.statistic) continue;
    const want = byHand(seen);
    const off = Math.max(...want.map((value, i) => Math.abs(value - seen.output[i])));
    expect(off, `${shape}`).toBeLessThan(1e-4);
  }
  expect(shown).toBeGreaterThanOrEqual(4);
});

test("which are computed by moments, and which by squares", () => {
  const by = (statistic: string | null) =>
    names.filter((norm) => look({ norm }).statistic === statistic);
  const formula = (name: string) => rows.find((row) => row.name === name)?.formula;
  expect(by("squares")).toEqual(["powernorm", "rms-norm", "rms", "pixel"]);
  for (const name of by("moments"))
    expect(formula(name), name).toMatch(
      /x − μ|batch norm of each|IN\(x\)|BN\(x\)|LN\(x\)|norm\(x\)/,
    );
  for (const name of by(null)) expect(formula(name), name).not.toBe("γ·(x − μ)/√(σ² + ε) + β");
  expect(look({ norm: "renorm", training: false }).statistic).toBe("moments");
});

test("of what, in which sets, with which number and ε", () => {
  for (const { name: norm, family, sets, defaults } of rows) {
    const seen = look({ norm });
    expect(seen.sets, norm).toEqual(sets ?? null);
    const of = { weights: "weight", data: "data" }[family];
    expect(of ? [of] : ["maps", "tokens"], norm).toContain(seen.of);
    const eps =
      seen.eps === 2 ** -23
        ? "2⁻²³"
        : seen.eps?.toString().replace(/^0\.0*1$/, (x) => `1e-${x.length - 2}`);
    if (seen.statistic && defaults)
      expect(defaults, norm).toContain(norm === "spade" ? "" : `ε ${eps}`);
  }
  const tokens = [
    "revin",
    "layer-norm",
    "rms-norm",
    "qk-norm",
    "layer-scale",
    "adaln",
    "adaln-zero",
  ];
  expect(names.filter((norm) => look({ norm }).of === "tokens")).toEqual(tokens);
  expect(look({ norm: "gn:2" }).argument).toBe(2);
  expect(look({ norm: "gn" }).argument).toBe(3);
  expect(look({ norm: "gn", shape: [2, 8, 2, 2] }).argument).toBe(4);
  expect(look({ norm: "ghost" }).argument).toBe(128);
  expect(look({ norm: "bn" }).argument).toBe(1);
});

test("a condition gives each sample its scale and shift", () => {
  for (const { name: norm } of rows.filter(({ family }) => family === "conditional")) {
    const { gamma, beta, shape } = look({ norm });
    const plane = shape[2] * shape[3];
    const samples = [gamma, beta].map((list) => list?.filter((_, i) => i % (6 * plane) === 0));
    for (const list of samples) expect(new Set(list).size, norm).toBeGreaterThan(1);
  }
});

test("running statistics have moved, and stand where they are used", () => {
  const settings = { norm: "bn", training: false };
  const { running } = look(settings);
  const { input } = look(settings);
  const first = momentsBySet(
    input,
    setIndex({ samples: "all", channels: "each", positions: "all" }, seeDefaults.shape, 1),
  );
  first.forEach(({ mean, unbiased }, c) => {
    expect(running?.mean[c]).toBeCloseTo(0.1 * mean, 6);
    expect(running?.variance[c]).toBeCloseTo(0.9 + 0.1 * unbiased, 6);
  });
  expect(look({ norm: "bn" }).running).toBeNull();
  expect(look({ norm: "frozen-bn" }).running).toEqual(running);
  expect(look({ norm: "gn", shape: [2, 4, 2, 2], training: false }).running).toBeNull();
});

test("what running statistics come from may be another batch", () => {
  const { input, running } = look({ training: false });
  const settings = { shape: [1, 6, 2, 2], values: input.slice(24, 48), seen: Array.from(input) };
  for (const norm of ["bn", "frozen-bn"])
    expect(look({ ...settings, norm, training: false }).running).toEqual(running);
});

test("the input is the same for every method, of one decimal, and looks like feature maps", () => {
  const { input } = look({ shape: [8, 6, 4, 4] });
  expect(look({ norm: "adain", shape: [8, 6, 4, 4] }).input).toEqual(input);
  expect(look({ shape: [8, 6, 4, 4], seed: 1 }).input).not.toEqual(input);
  for (const x of input) expect(Math.fround(Math.round(10 * x) / 10)).toBe(x);
  const channels = momentsBySet(input, (i) => Math.floor(i / 16) % 6);
  const means = channels.map(({ mean }) => mean).sort((a, b) => a - b);
  expect(means[0]).toBeLessThan(-0.8);
  expect(means[5]).toBeGreaterThan(0.8);
  for (const { biased } of channels) expect(biased).toBeGreaterThan(0.1);
});

test("given values are taken as they are; weights and data take the first position", () => {
  const values = Array.from({ length: 16 }, (_, i) => i);
  const given = { shape: [2, 2, 2, 2], values };
  expect([...look({ ...given, norm: "none" }).output]).toEqual(values);
  const { shape, input, output } = look({ ...given, norm: "standard-scaler" });
  expect(shape).toEqual([2, 2, 1, 1]);
  expect([...input]).toEqual([0, 4, 8, 12]);
  expect([...output]).toEqual([-1, -1, 1, 1]);
  expect([...look({ ...given, norm: "wn" }).output]).toEqual([0, 4, 8, 12]);
  const tokens = look({ ...given, norm: "layer-norm" });
  expect(tokens.output[0]).toBeCloseTo(-1, 4); // of features 0 and 4
  expect(tokens.output[4]).toBeCloseTo(1, 4);
});

test("the experiment gives settings and sight, and leaves nothing", async () => {
  const { config, sight: seen } = await finish((options) => see({ norm: "gn:2" }, options));
  expect(config).toEqual({ ...seeDefaults, norm: "gn:2" });
  expect(seen.output).toHaveLength(96);
});

test.each([
  [{ norm: "xn" }, "see: expected norm to be one method, with or without its number, of bn, "],
  [{ norm: "gn:2+ws" }, "see: expected norm to be one method, with or without its number, of bn, "],
  [{ norm: "gn:4" }, 'see: "gn:4": num_channels must be divisible'],
  [{ norm: "adain:4" }, 'see: expected no number behind "adain", got "adain:4"'],
  [{ norm: "wn:4" }, 'see: expected no number behind "wn"'],
  [{ norm: 3 }, 'got "3"'],
  [{ shape: [4, 6, 2] }, "see: expected shape to be four positive integers, got [4,6,2]"],
  [{ shape: [4, 6, 2, 0] }, "see: expected shape to be four positive integers"],
  [{ values: [1, 2] }, "see: expected 96 values for the shape [4,6,2,2], got 2"],
  [{ values: [1, Number.NaN] }, "see: expected values that are finite numbers, got NaN at index 1"],
  [{ seed: 0.5 }, "see: expected seed to be an integer, got 0.5"],
  [{ training: 1 }, "see: expected training to be true or false, got 1"],
  [{ seen: [1, 2] }, "seen to be samples of 24 finite numbers"],
])("%j is refused", (settings, message) => {
  const run = () => look(settings);
  expect(run).toThrow(RangeError);
  expect(run).toThrow(message);
});

test("text and report show every method, and compute with its numbers", () => {
  const values = [1, 3, 5, 7];
  const show = (norm: string, at = [0, 0, 0]) => {
    const config = { ...seeDefaults, norm, shape: [1, 1, 2, 2] as const, values, at };
    return { config, sight: look(config) };
  };
  const text = seeText(show("in", [0, 0, 3]), en);
  expect(text).toMatch(/^sample 0 +x0 +x1 +x2 +x3 +y0 /);
  expect(text).toMatch(/^channel 0 +1 +3 +5 +7 +-1.342 +-0.4472 +0.4472 +1.342$/m);
  expect(text).toMatch(
    /At 0,0,3: y = γ·\(x − μ\)\/√\(σ² \+ ε\) \+ β, μ = 4, σ² = 5 \(of 4 values\)/,
  );
  expect(text).toContain("= 1·(7 − 4)/√(5 + 0.00001) + 0 = 1.342");
  expect(seeText(show("pixel"), en)).toContain(
    "mean x² = 1 (of 1 values)\n  = 1·1/√(1 + 1e-8) + 0 = 1",
  );
  expect(seeText(show("wn", [0, 0, 3]), en)).toMatch(/At 0,0,0: x = 1, y = 1, by g·v\/‖v‖₂$/);
  for (const norm of names) {
    const result = { config: { ...seeDefaults, norm, at: [0, 0, 0] }, sight: look({ norm }) };
    const { summary, sections } = seeReport(result, en);
    expect(seeText(result, en) + summary, norm).not.toMatch(/NaN|undefined/);
    expect(sections.map(({ html }) => html).join(""), norm).not.toMatch(/NaN|undefined/);
  }
});
