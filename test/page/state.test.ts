import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { disturbances } from "../../src/experiments/influence/disturb.js";
import { methodDescriptions } from "../../src/experiments/methods/descriptions.js";
import { exact } from "../../src/page/parts/numbers.js";
import {
  activations,
  defaults,
  dependences,
  documents,
  homeOf,
  learnt,
  limits,
  painters,
  pooled,
  presets,
  readHash,
  readNumbers,
  type State,
  sections,
  seedsOf,
  variantNames,
  writeHash,
} from "../../src/page/state.js";

const names = methodDescriptions.flatMap(({ methods }) => methods.map(({ name }) => name));
const whole = (name: keyof typeof limits) =>
  fc.integer({ min: limits[name][0], max: limits[name][1] });
const real = (name: keyof typeof limits) =>
  fc
    .double({ min: limits[name][0], max: limits[name][1], noNaN: true })
    .filter((x) => !Object.is(x, -0));
const finite = fc.float({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0));
const word = fc.stringMatching(/^[a-z][\w-]{0,8}$/);
const answer = fc.oneof(word, fc.integer().map(String), fc.double({ noNaN: true }).map(String));

/** Any state that the page can come to. */
const states: fc.Arbitrary<State> = fc
  .record({
    method: fc.constantFrom(...names),
    number: whole("number"),
    samples: whole("samples"),
    channels: whole("channels"),
    positions: whole("positions"),
    training: fc.boolean(),
    norm: fc.string(),
    disturbance: fc.constantFrom(...disturbances),
    outlier: real("outlier"),
    preset: fc.constantFrom(...presets),
    norms: fc.string(),
    lr: real("lr"),
    width: whole("width"),
    seeds: fc.string(),
    depth: whole("depth"),
    activation: fc.constantFrom(...activations),
    depthRate: real("depthRate"),
    momentum: real("momentum"),
    values: whole("values"),
    mean: real("mean"),
    sentences: whole("sentences"),
    padded: whole("padded"),
    variants: fc.subarray([...variantNames], { minLength: 1 }).map((names) => names.join(" ")),
    layers: whole("layers"),
    placeRate: real("placeRate"),
    warmup: whole("warmup"),
    dependence: fc.constantFrom(...dependences),
    learns: fc.constantFrom(...learnt),
    pools: fc.constantFrom(...pooled),
    styleWeight: real("styleWeight"),
    painter: fc.constantFrom(...painters),
    answers: fc.dictionary(word, answer, { maxKeys: 5, noNullPrototype: true }),
  })
  .chain((state) => {
    const size = state.samples * state.channels * state.positions;
    return fc
      .record({
        at: fc.nat(size - 1),
        own: fc.oneof(fc.constant([]), fc.array(finite, { minLength: size, maxLength: size })),
      })
      .map((rest) => ({ ...state, ...rest }));
  });

describe("a link", () => {
  test("brings back any state, and the section", () => {
    fc.assert(
      fc.property(states, fc.constantFrom(...sections), (state, section) => {
        const link = readHash(writeHash(state, section));
        expect(link).toEqual({ state, section, repaired: [] });
      }),
    );
  });

  test("leads to the document of its section", () => {
    expect(sections.map((name) => [name, homeOf(name)])).toEqual([
      ...documents.main.map((name) => [name, "main"]),
      ...documents.lab.map((name) => [name, "lab"]),
      ...documents.tools.map((name) => [name, "tools"]),
    ]);
    expect(new Set(sections).size).toBe(sections.length);
  });

  test("holds what differs from the defaults, and nothing else", () => {
    expect(writeHash(defaults, "train")).toBe("#train");
    expect(writeHash({ ...defaults, method: "gn", training: false }, "see")).toBe(
      "#see&v=1&method=gn&training=0",
    );
    expect(writeHash({ ...defaults, norms: "bn gn:2+ws" }, "train")).toBe(
      "#train&v=1&norms=bn+gn%3A2%2Bws",
    );
  });

  test("of any kind is read without an error, and gives a state that can be", () => {
    const key = fc.oneof(fc.constantFrom(...Object.keys(defaults), "v"), fc.string());
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.constantFrom("constructor", "__proto__"),
    );
    const pairs = fc.array(
      fc.tuple(key, value).map((pair) => pair.join("=")),
      { maxLength: 6 },
    );
    const hash = fc.oneof(
      fc.string(),
      pairs.map((all) => `#see&${all.join("&")}`),
    );
    fc.assert(
      fc.property(hash, (text) => {
        const { state } = readHash(text);
        expect(Object.keys(state)).toEqual(Object.keys(defaults));
        for (const name of Object.keys(defaults) as (keyof State)[])
          expect(typeof state[name], name).toBe(typeof defaults[name]);
        expect(names).toContain(state.method);
        const size = state.samples * state.channels * state.positions;
        expect(state.at).toBeLessThan(size);
        expect([0, size]).toContain(state.own.length);
        for (const one of Object.values(state.answers)) expect(typeof one).toBe("string");
        expect(readHash(writeHash(state, "see"))).toEqual({ state, section: "see", repaired: [] });
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ["#see&v=1&method=xn", ["method"]],
    ["#see&v=1&samples=7", ["samples"]],
    ["#see&v=1&samples=", ["samples"]],
    ["#see&v=1&samples=2.5", ["samples"]],
    ["#see&v=1&samples=NaN", ["samples"]],
    ["#see&v=1&training=constructor", ["training"]],
    ["#see&v=1&training=toString", ["training"]],
    ["#see&v=1&own=1+x", ["own"]],
    ["#see&v=1&own=1+2", ["own"]],
    ["#see&v=1&at=96", ["at"]],
    ["#see&v=1&lr=0", ["lr"]],
    ["#see&v=1&preset=batch3", ["preset"]],
    ["#see&v=1&disturbance=hail", ["disturbance"]],
    ["#see&v=1&answers=batch", ["answers"]],
    ["#see&v=1&nothing=1", ["nothing"]],
    ["#see&v=3", ["v"]],
    ["#elsewhere", ["elsewhere"]],
  ])("%s is repaired", (hash, repaired) => {
    const link = readHash(hash);
    expect(link.repaired).toEqual(repaired);
    expect(link.state).toEqual(defaults);
  });
});

test.each([
  ["1 2 3", [1, 2, 3]],
  ["1,2;3\n4\t5", [1, 2, 3, 4, 5]],
  ["[[1, −2], [3e-1, .5]]", [1, -2, 0.3, 0.5]],
  ["1，−2、3；4（5）", [1, -2, 3, 4, 5]],
  ["−1.00e−3", [-0.001]],
  ["tensor([1., 2.])", [Number.NaN, 1, 2]],
  ["", []],
  ["1 x", [1, Number.NaN]],
])("the numbers in %j are %j", (text, numbers) => {
  expect(readNumbers(text)).toEqual(numbers);
});

test.each([
  [-1e-4, "−1.00e−4"],
  [-2.5e6, "−2.50e6"],
  [-0.25, "−0.250"],
])("the figures show %d as %s, and read it back", (value, shown) => {
  expect(exact(value)).toBe(shown);
  expect(readNumbers(shown)).toEqual([value]);
});

test.each([
  ["0", [0]],
  ["1, 2，3 2", [1, 2, 3]],
  ["9999", [9999]],
  ["", null],
  ["1 x", null],
  ["-1", null],
  ["1.5", null],
  ["10000", null],
  ["0 1 2 3 4 5", null],
])("the seeds of %j are %j", (text, seeds) => {
  expect(seedsOf(text)).toEqual(seeds);
});
