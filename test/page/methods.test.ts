// The table of methods and its filters.
import { describe, expect, test } from "vitest";
import { methodDescriptions } from "../../src/experiments/methods/descriptions.js";
import { axesOf, learnsOf, passes } from "../../src/page/methods/columns.js";
import { dependences, learnt, pooled } from "../../src/page/state.js";

const rows = methodDescriptions.flatMap(({ methods }) => methods);
const found = (name: string) => {
  const row = rows.find((each) => each.name === name);
  if (!row) throw new Error(name);
  return row;
};
const none = { dependence: "", learns: "", pools: "" } as const;
const names = (filters: Partial<Parameters<typeof passes>[2]>) =>
  rows
    .filter((row) => passes(row, learnsOf(row.learned), { ...none, ...filters }))
    .map(({ name }) => name);

test("the axes that share a statistic are those of the method's sets", () => {
  expect(axesOf(found("bn"))).toBe("N, H, W");
  expect(axesOf(found("ghost"))).toBe("N/P, H, W");
  expect(axesOf(found("gn"))).toBe("C/G, H, W");
  expect(axesOf(found("lrn"))).toBe("C:n");
  expect(axesOf(found("lin"))).toBe("(H, W) + (C, H, W)");
  expect(axesOf(found("dyt"))).toBe("");
  expect(axesOf(found("ws"))).toBe("");
});

describe("filters", () => {
  test("leave the right ones", () => {
    expect(names({})).toHaveLength(rows.length);
    expect(names({ dependence: "always" })).toEqual(["mvn"]);
    expect(names({ learns: "affine", dependence: "in training" })).toEqual(
      expect.arrayContaining(["bn", "renorm", "ghost", "iternorm", "powernorm", "cond-bn"]),
    );
    expect(names({ learns: "scale" })).toEqual([
      ...["rms-norm", "rms", "crms", "scalenorm", "qk-norm", "layer-scale"],
    ]);
    expect(names({ pools: "none" })).toEqual(expect.arrayContaining(["dyt", "none", "film"]));
    expect(names({ pools: "other" })).toEqual(expect.arrayContaining(["ws", "normalize"]));
    expect(names({ pools: "C", dependence: "in training" })).toEqual(["sn", "iternorm"]);
  });

  test.each([
    ["dependence", dependences],
    ["learns", learnt],
  ] as const)("by %s each method is in exactly one group", (field, options) => {
    const all = options.slice(1).flatMap((option) => names({ [field]: option }));
    expect([...all].sort()).toEqual(rows.map(({ name }) => name as string).sort());
  });

  test("by axes each method is in one group at least", () => {
    const all = pooled.slice(1).flatMap((pools) => names({ pools }));
    expect(new Set(all).size).toBe(rows.length);
  });
});
