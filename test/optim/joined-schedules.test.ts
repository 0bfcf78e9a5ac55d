import { describe, expect, test } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "../../src/io/checkpoint.js";
import * as optim from "../../src/optim/index.js";
import { zeros } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const optimizer = (...lrs: number[]) =>
  new optim.SGD(
    lrs.map((lr) => ({ params: [zeros([1], { runtime, requiresGrad: true })], lr })),
    { lr: 1 },
  );

/** The first group's rates, from step 0 on. */
function rates(own: optim.Optimizer, steps: number, ...schedulers: { step(): void }[]): number[] {
  return Array.from({ length: steps }, () => {
    const { lr } = own;
    for (const scheduler of schedulers) scheduler.step();
    return lr;
  });
}

const near = (got: number[], want: number[]) => {
  expect(got.length).toBe(want.length);
  want.forEach((value, i) => {
    expect(got[i], `step ${i}`).toBeCloseTo(value, 13);
  });
};

/** The factors on the rate, in closed form: those of torch's multiplicative schedules multiply. */
const factors = {
  linear: (from: number, to: number, total: number) => (t: number) =>
    from + (to - from) * Math.min(1, t / total),
  steps: (size: number, gamma: number) => (t: number) => gamma ** Math.floor(t / size),
  milestones: (at: number[], gamma: number) => (t: number) =>
    gamma ** at.filter((milestone) => milestone <= t).length,
  constant: (factor: number, total: number) => (t: number) => (t < total ? factor : 1),
  exponential: (gamma: number) => (t: number) => gamma ** t,
};

type Maker = [(o: optim.Optimizer) => optim.LRScheduler, (t: number) => number];
const makers: Record<string, Maker> = {
  linear: [
    (o) => new optim.LinearLR(o, { startFactor: 0.25, endFactor: 0.5, totalIters: 6 }),
    factors.linear(0.25, 0.5, 6),
  ],
  steps: [(o) => new optim.StepLR(o, 4, { gamma: 0.3 }), factors.steps(4, 0.3)],
  milestones: [
    (o) => new optim.MultiStepLR(o, [3, 8, 8], { gamma: 0.5 }),
    factors.milestones([3, 8, 8], 0.5),
  ],
  constant: [
    (o) => new optim.ConstantLR(o, { factor: 0.1, totalIters: 5 }),
    factors.constant(0.1, 5),
  ],
  exponential: [(o) => new optim.ExponentialLR(o, 0.9), factors.exponential(0.9)],
};
const pairs = Object.keys(makers).flatMap((a) =>
  Object.keys(makers).map((b): [string, string] => [a, b]),
);

test("a warm-up and a decay of one optimiser act together", () => {
  const own = optimizer(0.9);
  const warmup = new optim.LinearLR(own, { totalIters: 3 });
  const decay = new optim.StepLR(own, 5);
  near(rates(own, 7, warmup, decay), [0.3, 0.5, 0.7, 0.9, 0.9, 0.09, 0.09]);
  expect(own.groups[0].initialLr).toBe(0.9);
});

test.each(pairs)("%s and %s, by hand and by ChainedScheduler", (a, b) => {
  const [own, chained] = [optimizer(0.7), optimizer(0.7)];
  const want = Array.from({ length: 14 }, (_, t) => 0.7 * makers[a][1](t) * makers[b][1](t));
  near(rates(own, 14, makers[a][0](own), makers[b][0](own)), want);
  const chain = new optim.ChainedScheduler([makers[a][0](chained), makers[b][0](chained)]);
  near(rates(chained, 14, chain), want);
  expect(chain.lrs).toEqual([chained.lr]);
});

test("a cosine behind a warm-up, by torch's recursion", () => {
  const own = optimizer(0.5);
  const warmup = new optim.LinearLR(own, { startFactor: 0.2, totalIters: 4 });
  const decay = new optim.CosineAnnealingLR(own, 6, { etaMin: 0.01 });
  const want = [0.1];
  let lr = 0.1;
  for (let t = 1; t < 16; t++) {
    if (t <= 4) lr *= 1 + 0.8 / (4 * 0.2 + (t - 1) * 0.8);
    const turn = (k: number) => 1 + Math.cos((Math.PI * k) / 6);
    if (t === 7) lr += ((0.5 - 0.01) * (1 - Math.cos(Math.PI / 6))) / 2;
    else lr = (turn(t) / turn(t - 1)) * (lr - 0.01) + 0.01;
    want.push(lr);
  }
  near(rates(own, 16, warmup, decay), want);
});

test("a chain of which one refuses a step stays where it is", () => {
  const own = optimizer(0.5);
  const parts = [
    new optim.ExponentialLR(own, 0.5),
    new optim.OneCycleLR(own, 1, { totalSteps: 2 }),
  ];
  const chain = new optim.ChainedScheduler(parts);
  rates(own, 2, chain);
  const before = [chain.stateDict(), own.groups[0].momentum];
  expect(() => chain.step()).toThrow("OneCycleLR: expected 2 steps at most, got step 3");
  expect([chain.stateDict(), own.groups[0].momentum]).toEqual(before);
});

test("LambdaLR sets the rate whatever came before, as torch's", () => {
  const own = optimizer(0.5);
  const schedules = [new optim.StepLR(own, 2), new optim.LambdaLR(own, (t) => 1 / (t + 1))];
  near(rates(own, 5, ...schedules), [0.5, 0.25, 0.5 / 3, 0.125, 0.1]);
});

test("a line to nothing ends within a rounding of 0, as torch's, and steps go on", () => {
  for (let totalIters = 1; totalIters < 40; totalIters++) {
    const own = optimizer(0.3);
    const line = new optim.LinearLR(own, { startFactor: 0.7, endFactor: 0, totalIters });
    // torch's recursion, as it stands in its source
    const want = [0.3 * 0.7];
    for (let step = 1; step < totalIters + 2; step++) {
      const way = totalIters * 0.7 + (step - 1) * (0 - 0.7);
      want.push(step > totalIters ? want[step - 1] : want[step - 1] * (1 + (0 - 0.7) / way));
    }
    expect(rates(own, totalIters + 2, line)).toEqual(want);
    expect(Math.abs(own.lr)).toBeLessThan(1e-15);
    own.step();
    own.loadStateDict(own.stateDict());
  }
});

test("a negative rate is refused where torch refuses it: when the optimiser is made", () => {
  expect(() => optimizer(-1)).toThrow("SGD: expected lr ≥ 0, got -1");
  const own = optimizer(1);
  own.lr = -0.5;
  own.step();
  own.lr = Number.NaN;
  expect(() => own.step()).toThrow("SGD: expected lr ≥ 0, got NaN");
});

test("a rate set by hand goes on from there", () => {
  const own = optimizer(1);
  const decay = new optim.StepLR(own, 2, { gamma: 0.5 });
  decay.step();
  own.lr = 0.2;
  decay.step();
  expect(own.lr).toBe(0.1);
});

describe("SequentialLR", () => {
  test("torch's example", () => {
    const own = optimizer(0.05);
    const hold = new optim.ConstantLR(own, { factor: 0.1, totalIters: 20 });
    const decay = new optim.ExponentialLR(own, 0.9);
    const all = new optim.SequentialLR(own, [hold, decay], [20]);
    const want = Array.from({ length: 24 }, (_, t) => (t < 20 ? 0.005 : 0.05 * 0.9 ** (t - 20)));
    near(rates(own, 24, all), want);
    expect(all.lrs).toEqual([own.lr]);
  });

  test("three, chains and sequences among them", () => {
    const own = optimizer(0.8);
    const make = (name: string) => makers[name][0](own);
    const chain = new optim.ChainedScheduler([make("constant"), make("steps")]);
    const inner = new optim.SequentialLR(own, [make("linear"), make("exponential")], [2]);
    const all = new optim.SequentialLR(own, [make("milestones"), chain, inner], [4, 11]);
    const want = Array.from({ length: 18 }, (_, t) => {
      if (t < 4) return 0.8 * makers.milestones[1](t);
      if (t < 11) return 0.8 * makers.constant[1](t - 4) * makers.steps[1](t - 4);
      return t < 13 ? 0.8 * makers.linear[1](t - 11) : 0.8 * 0.9 ** (t - 13);
    });
    near(rates(own, 18, all), want);
  });

  test("warm-up and cosine are WarmupCosineLR", () => {
    const [own, other] = [optimizer(0.4), optimizer(0.4)];
    const parts = [
      new optim.LinearLR(own, { totalIters: 3 }),
      new optim.CosineAnnealingLR(own, 5, { etaMin: 0.02 }),
    ];
    const all = new optim.SequentialLR(own, parts, [3]);
    const one = new optim.WarmupCosineLR(other, { warmupSteps: 3, totalSteps: 8, etaMin: 0.02 });
    near(rates(own, 9, all), rates(other, 9, one));
  });

  test("refusals change nothing", () => {
    const own = optimizer(1);
    const [a, b] = [new optim.StepLR(own, 2), new optim.LinearLR(own)];
    const plateau = new optim.ReduceLROnPlateau(own) as never;
    const stranger = new optim.StepLR(optimizer(1), 1);
    const { lr } = own;
    const cases: [make: () => unknown, kind: typeof RangeError, message: string][] = [
      [() => new optim.SequentialLR(own, [], []), RangeError, "at least one schedule"],
      [() => new optim.SequentialLR(own, [a, b], []), RangeError, "expected 1 milestones, got 0"],
      [() => new optim.SequentialLR(own, [a, b, a], [4, 3]), RangeError, "an integer ≥ 4, got 3"],
      [() => new optim.SequentialLR(own, [a, b], [0]), RangeError, "an integer ≥ 1, got 0"],
      [() => new optim.SequentialLR(own, [a, plateau], [1]), TypeError, "without a measure"],
      [() => new optim.SequentialLR(own, [a, stranger], [1]), RangeError, "the same optimizer"],
      [() => new optim.ChainedScheduler([]), RangeError, "ChainedScheduler: expected at least one"],
      [() => new optim.ChainedScheduler([a, stranger]), RangeError, "the same optimizer"],
      [
        () => new optim.ChainedScheduler([null as never]),
        TypeError,
        "ChainedScheduler: expected a",
      ],
    ];
    for (const [make, kind, message] of cases) {
      expect(make, message).toThrow(kind);
      expect(make).toThrow(message);
    }
    expect(own.lr).toBe(lr);
  });
});

const composed: Record<string, (o: optim.Optimizer) => Record<string, optim.LRScheduler>> = {
  "two by hand": (o) => ({ warmup: makers.linear[0](o), decay: makers.steps[0](o) }),
  "two by hand, the later one first": (o) => {
    const decay = makers.steps[0](o);
    return { warmup: makers.linear[0](o), decay };
  },
  chained: (o) => ({
    all: new optim.ChainedScheduler([makers.linear[0](o), makers.exponential[0](o)]),
  }),
  sequential: (o) => ({
    all: new optim.SequentialLR(o, [makers.linear[0](o), makers.steps[0](o)], [4]),
  }),
  cosine: (o) => ({ all: new optim.CosineAnnealingLR(o, 5, { etaMin: 0.1 }) }),
  "one cycle": (o) => ({ all: new optim.OneCycleLR(o, [1, 0.5], { totalSteps: 20 }) }),
};
describe.each(Object.entries(composed))("%s", (_, make) => {
  test.each([0, 3, 4, 9])("a checkpoint after %i steps goes on with the same bits", (at) => {
    const whole = optimizer(0.7, 0.3);
    const schedules = make(whole);
    const run = (schedules: Record<string, optim.LRScheduler>) => {
      for (const schedule of Object.values(schedules)) schedule.step();
    };
    for (let t = 0; t < at; t++) run(schedules);
    const bytes = saveCheckpoint({ ...schedules, optimizer: whole });
    const other = optimizer(0.1, 0.1);
    const again = make(other);
    loadCheckpoint(bytes, { optimizer: other, ...again }, { runtime });
    for (let t = at; t < 14; t++) {
      const pick = ({ groups }: optim.SGD) =>
        groups.map(({ lr, momentum, initialLr }) => [lr, momentum, initialLr]);
      expect(pick(other)).toEqual(pick(whole));
      run(schedules);
      run(again);
    }
  });

  test("a state with null, or of too few, is refused and nothing changed", () => {
    const own = optimizer(0.7, 0.3);
    for (const schedule of Object.values(make(own))) {
      const before = JSON.stringify(schedule.stateDict());
      const broken = before.replace(/0\.\d+/, "null");
      expect(() => schedule.loadStateDict(JSON.parse(broken))).toThrow();
      expect(() => schedule.loadStateDict({ step: null, schedulers: [null] })).toThrow();
      expect(JSON.stringify(schedule.stateDict())).toBe(before);
    }
  });
});

test("a schedule made for a resumed optimiser starts from the first rate", () => {
  const own = optimizer(0.7);
  const decay = new optim.StepLR(own, 1);
  decay.step();
  const state = own.stateDict();
  const other = optimizer(0.1);
  other.loadStateDict(state);
  expect(new optim.LinearLR(other).stateDict().baseLrs).toEqual([0.7]);
  const broken = { ...state, groups: [{ ...state.groups[0], initialLr: null }] };
  expect(() => other.loadStateDict(broken)).toThrow("SGD: expected initialLr to be a number");
});
