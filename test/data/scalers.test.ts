import { describe, expect, test } from "vitest";
import { MinMaxScaler } from "../../src/data/scalers/min-max-scaler.js";
import { Normalize } from "../../src/data/scalers/normalize.js";
import { normalQuantile } from "../../src/data/scalers/quantile.js";
import { RobustScaler } from "../../src/data/scalers/robust-scaler.js";
import { splitSums } from "../../src/data/scalers/split-sums.js";
import { StandardScaler } from "../../src/data/scalers/standard-scaler.js";
import { describe as describeValue } from "../../src/options.js";
import { expectClose, normal } from "../helpers.js";

const data = Float64Array.from([1, 10, 7, 2, 20, 7, 3, 60, 7, 6, 30, 7]); // three features, the last constant
const near = (got: ArrayLike<number>, want: number[], digits = 12) => {
  expect(got.length).toBe(want.length);
  want.forEach((v, i) => {
    if (Number.isNaN(v)) expect(got[i]).toBeNaN();
    else expect(got[i]).toBeCloseTo(v, digits);
  });
};

describe.each([
  ["StandardScaler", () => new StandardScaler(3)],
  ["MinMaxScaler", () => new MinMaxScaler(3, { featureRange: [-1, 2] })],
  ["RobustScaler", () => new RobustScaler(3)],
])("%s", (_, make) => {
  test("goes there and back", () => {
    const scaler = make().fit(data);
    near(scaler.inverse(scaler.transform(data)), [...data]);
  });

  test("a constant feature stays finite, whatever comes later", () => {
    const scaled = make().fit(data).transform(data);
    const constant = scaled.filter((_, i) => i % 3 === 2);
    expect(new Set(constant)).toEqual(new Set([make() instanceof MinMaxScaler ? -1 : 0]));
    expect(make().fit([0.1, 0.1, 0.1]).transform([5, 5, 5]).every(Number.isFinite)).toBe(true);
  });

  test("NaN is left out of the fit and stays NaN", () => {
    const holes = Float64Array.from([...data, Number.NaN, Number.NaN, Number.NaN]);
    const scaled = make().fit(holes).transform(holes);
    near(scaled.subarray(0, 12), [...make().fit(data).transform(data)]);
    expect([...scaled.subarray(12)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    const nothing = Float64Array.from([Number.NaN, 1, 1]);
    expect(make().fit(nothing).transform([3, 1, 1]).every(Number.isFinite)).toBe(true);
  });

  test("infinity is refused as scikit-learn does, in every direction, and nothing forgotten", () => {
    for (const infinity of [Infinity, -Infinity]) {
      const wrong = [...data];
      wrong[4] = infinity;
      const scaler = make().fit(data);
      const message = `Input contains infinity: ${infinity} at index 4 (row 1, feature 1)`;
      const fits = "partialFit" in scaler ? [scaler.partialFit.bind(scaler)] : [];
      const calls = [scaler.fit, scaler.transform, scaler.inverse].map((call) => call.bind(scaler));
      for (const call of [...calls, ...fits])
        for (const given of [wrong, Float32Array.from(wrong)])
          expect(() => call(given)).toThrow(new RegExp(`^${make().constructor.name}: `));
      expect(() => scaler.fit(wrong)).toThrow(message);
      expect([...scaler.transform(data)]).toEqual([...make().fit(data).transform(data)]);
    }
  });

  test.each([[null], [undefined], ["1"], [1n]])("%s is no number", (value) => {
    const wrong = [1, 2, 3, 4, value, 6] as number[];
    const scaler = make().fit(data);
    const told = describeValue(value);
    const message = `expected data to be numbers, got ${told} at index 4`;
    const calls = [scaler.fit, scaler.transform, scaler.inverse].map((call) => call.bind(scaler));
    for (const call of calls) expect(() => call(wrong)).toThrow(message);
    expect(() => scaler.transform(wrong)).toThrow(TypeError);
    const holes = [1, 2, 3, 4, 5, 6];
    delete holes[4];
    expect(() => scaler.fit(holes)).toThrow("got undefined at index 4");
  });

  test("writes where it is told, in place too", () => {
    const own = Float32Array.from(data);
    expect(make().fit(data).transform(own, own)).toBe(own);
    near(own, [...make().fit(data).transform(data)], 5);
  });

  test("refusals", () => {
    expect(() => make().transform(data)).toThrow("call fit first");
    expect(() => make().fit([1, 2])).toThrow("expected whole rows of 3 numbers, got 2 numbers");
    expect(() => make().fit(data).transform(data, new Float32Array(3))).toThrow(
      "expected room for 12 numbers, got 3",
    );
  });
});

describe("StandardScaler", () => {
  test("divides by the deviation with n, not n − 1", () => {
    const scaler = new StandardScaler(3).fit(data);
    near(scaler.mean, [3, 30, 7]);
    near(scaler.variance, [3.5, 350, 0]);
    near(scaler.transform([1, 10, 7]), [-2 / Math.sqrt(3.5), -20 / Math.sqrt(350), 0]);
    near(new StandardScaler(3, { withMean: false }).fit(data).transform([7, 0, 2]), [
      7 / Math.sqrt(3.5),
      0,
      2,
    ]);
    near(new StandardScaler(3, { withStd: false }).fit(data).transform([7, 0, 2]), [4, -30, -5]);
  });

  test("in parts, merged or at once: the same statistics, far from zero too", () => {
    const far = Float64Array.from(normal(3000, 1), (v) => 1e8 + v);
    const [once, parts, left, right] = [1, 2, 3, 4].map(() => new StandardScaler(3));
    once.fit(far);
    for (const [from, to] of [
      [0, 3],
      [3, 300],
      [300, 3000],
    ])
      parts.partialFit(far.subarray(from, to));
    left.fit(far.subarray(0, 999)).merge(right.fit(far.subarray(999)));
    for (const other of [parts, left]) {
      expect([...other.count]).toEqual([1000, 1000, 1000]);
      other.variance.forEach((v, j) => {
        expect(Math.abs(v / once.variance[j] - 1)).toBeLessThan(1e-9);
      });
    }
    near(left.fit(data).merge(left).variance, [3.5, 350, 0]);
    expect(() => left.merge(new StandardScaler(2))).toThrow("expected a scaler of 3 features");
  });

  test("no order of the rows changes a bit", () => {
    const list = Array.from(normal(999, 5), (v, i) => (v + (i % 3)) * 10 ** (20 * (i % 5)));
    const statistics = (rows: number[]) => {
      const { mean, variance } = new StandardScaler(1).fit(rows);
      return [...mean, ...variance];
    };
    expect(statistics([...list].reverse())).toEqual(statistics(list));
    expect(statistics([...list].sort())).toEqual(statistics(list));
  });

  test("a constant that is no binary fraction counts as constant", () => {
    const scaler = new StandardScaler(1).fit(new Float64Array(1000).fill(0.1));
    expect(Math.abs(scaler.transform([0.1])[0])).toBeLessThan(1e-15);
    expect(scaler.transform([1.1])[0]).toBeCloseTo(1, 12);
  });

  test("images by channel", () => {
    const scaler = new StandardScaler(2, { plane: 2 }).fit([1, 3, 10, 30, 5, 7, 50, 70]);
    near(scaler.mean, [4, 40]);
  });
});

describe("MinMaxScaler", () => {
  test("maps the range it saw, and clips what lies outside if asked", () => {
    const scaler = new MinMaxScaler(1).partialFit([2, 4]).partialFit([6]);
    near(scaler.transform([2, 3, 10]), [0, 0.25, 2]);
    near(new MinMaxScaler(1, { clip: true }).fit([2, 6]).transform([0, 3, 10]), [0, 0.25, 1]);
    near(scaler.merge(new MinMaxScaler(1).fit([12])).transform([2, 12]), [0, 1]);
    near(scaler.fit([0, 1]).transform([0.5]), [0.5]);
    expect(() => new MinMaxScaler(1, { featureRange: [1, 1] })).toThrow("to ascend");
    expect(() => scaler.merge(new MinMaxScaler(2))).toThrow("expected a scaler of 1 features");
  });
});

test("fitDistributed refuses what is no process group, and forgets nothing", () => {
  for (const scaler of [new StandardScaler(3).fit(data), new MinMaxScaler(3).fit(data)])
    for (const group of [undefined, null, {}] as never[]) {
      expect(() => scaler.fitDistributed([1, 2, 3], group)).toThrow(
        "Scaler: expected a process group",
      );
      expect([...scaler.transform(data)].some((v) => v !== 0)).toBe(true);
    }
});

describe("RobustScaler", () => {
  test("median and quartiles, linear between neighbours", () => {
    const scaler = new RobustScaler(1).fit([4, 1, 3, 2, 1000]);
    near(scaler.transform([3, 4, 1]), [0, 0.5, -1]); // quartiles 2 and 4
    near(new RobustScaler(1).fit([1, 2, 3, 4]).transform([2.5, 4]), [0, 1]); // 1.75 and 3.25
    near(
      new RobustScaler(1, { withCentering: false, withScaling: false }).fit([1, 2]).transform([9]),
      [9],
    );
    expect(() => new RobustScaler(1, { quantileRange: [75, 25] })).toThrow("to ascend");
  });

  test("unit variance for normal data", () => {
    expect(normalQuantile(0.75)).toBeCloseTo(0.6744897501960817, 14);
    expect(normalQuantile(0.025)).toBeCloseTo(-1.9599639845400545, 13);
    const options = { unitVariance: true, quantileRange: [10, 90] as const };
    const scaled = new RobustScaler(1, options)
      .fit(normal(20000, 3, 5))
      .transform(normal(20000, 3, 5));
    const square = scaled.reduce((sum, v) => sum + v * v, 0) / scaled.length;
    expect(square).toBeGreaterThan(0.95);
    expect(square).toBeLessThan(1.05);
  });
});

describe("Normalize", () => {
  test("by numbers known beforehand", () => {
    const half = new Normalize([0.5], [0.5]);
    near(half.transform([0, 0.25, 1]), [-1, -0.5, 1]);
    near(half.inverse([-1, 1]), [0, 1]);
    const rgb = new Normalize([1, 2], [2, 0], { plane: 2 });
    near(rgb.transform([1, 3, 2, 5]), [0, 1, 0, 3]);
    expect(() => new Normalize([1], [1, 2])).toThrow("got 2 and 1");
    expect(() => new Normalize([1], [-1])).toThrow(RangeError);
    expect(() => new Normalize([1], [NaN])).toThrow(RangeError);
    expect(half.transform([Infinity])).toEqual(Float64Array.of(Infinity));
  });

  test("null is no number, wherever constants come from", () => {
    const nothing = null as never;
    const cases: [make: () => unknown, message: string][] = [
      [
        () => new Normalize([0, nothing], [1, 1]),
        "Normalize: expected mean to be numbers, got null",
      ],
      [
        () => new Normalize([0, 1], [nothing, 1]),
        "Normalize: expected std to be numbers, got null",
      ],
      [
        () => new Normalize([0], [1]).transform([nothing]),
        "Normalize: expected data to be numbers",
      ],
      [() => new MinMaxScaler(1, { featureRange: [nothing, 1] }), "expected featureRange to be"],
      [() => new RobustScaler(1, { quantileRange: [nothing, 75] }), "expected quantileRange to be"],
    ];
    for (const [make, message] of cases) {
      expect(make).toThrow(message);
      expect(make).toThrow(TypeError);
    }
  });
});

describe("numbers near the end of float64", () => {
  const big = [1e300, -1e300, 1.7e308, -1.7e308, 5e307, Number.NaN, 0];
  const small = big.map((value) => value / 2 ** 700);
  const makers: [string, () => StandardScaler | MinMaxScaler | RobustScaler][] = [
    ["StandardScaler", () => new StandardScaler(1)],
    ["StandardScaler, without mean", () => new StandardScaler(1, { withMean: false })],
    ["MinMaxScaler", () => new MinMaxScaler(1, { featureRange: [-1, 2] })],
    ["RobustScaler", () => new RobustScaler(1)],
    ["RobustScaler, unit variance", () => new RobustScaler(1, { unitVariance: true })],
  ];
  test.each(makers)("%s: as the same numbers, smaller, and back", (_, make) => {
    const [scaler, want] = [make().fit(big), make().fit(small)];
    const y = scaler.transform(big);
    expectClose(
      y.filter((v) => !Number.isNaN(v)),
      want.transform(small).filter((v) => !Number.isNaN(v)),
      1e-14,
    );
    const back = scaler.inverse(y);
    expect(back.filter((v) => !Number.isNaN(v)).every(Number.isFinite)).toBe(true);
    expectClose(
      [...back].filter((v) => !Number.isNaN(v)).map((v) => v / 2 ** 700),
      small.filter((v) => !Number.isNaN(v)),
      1e-14,
    );
  });

  test("StandardScaler: in parts, merged, and beside small ones", () => {
    const want = new StandardScaler(1).fit(small).transform(small.slice(0, 5));
    const parts = new StandardScaler(1).fit(big.slice(0, 2)).partialFit(big.slice(2));
    const merged = new StandardScaler(1).fit([0]).merge(new StandardScaler(1).fit(big.slice(0, 6)));
    for (const scaler of [parts, merged])
      expectClose(scaler.transform(big.slice(0, 5)), want, 1e-14);
    const two = new StandardScaler(2).fit([1e300, 1, -1e300, 2, 0, 3]);
    expectClose(two.transform([1e300, 1]), [Math.sqrt(1.5), -Math.sqrt(1.5)], 1e-14);
  });

  test("constants become 0, or the low end", () => {
    for (const scaler of [new StandardScaler(1), new MinMaxScaler(1), new RobustScaler(1)])
      expect([...scaler.fit([1e308, 1e308, 1e308]).transform([1e308])]).toEqual([0]);
  });
});

describe("splitSums", () => {
  const sumOf = (list: readonly number[]) => {
    const numbers = (add: (value: number, j: number) => void) => {
      for (const value of list) add(value, 1);
    };
    return splitSums(2, numbers, null)[1];
  };

  test("no order changes a bit, and nothing is lost that float64 can show", () => {
    const list = Array.from(normal(5001, 1), (v, i) => v * 2 ** (i % 30) + 1e6);
    const sum = sumOf(list);
    expect(sumOf([...list].reverse())).toBe(sum);
    expect(sumOf([...list].sort())).toBe(sum);
    const whole = list.reduce((sum, v) => sum + BigInt(Math.round(v * 2 ** 30)), 0n);
    expect(Math.abs(sum / (Number(whole) / 2 ** 30) - 1)).toBeLessThan(3e-16);
    expect(sumOf([1e8, 2 ** -20, -1e8])).toBe(2 ** -20);
    expect(sumOf([2 ** -1074, 2 ** -1073])).toBe(3 * 2 ** -1074);
    expect(sumOf([-(2 ** 900), 0.5 * 2 ** 900])).toBe(-0.5 * 2 ** 900);
    expect(sumOf([])).toBe(0);
    expect(sumOf([0, -0])).toBe(0);
  });
});
