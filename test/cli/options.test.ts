import { expect, test } from "vitest";
import { integer, norms, positive, threads } from "../../src/cli/options.js";
import { normNames } from "../../src/nn/index.js";

test("good values", () => {
  expect(integer(1)("12")).toBe(12);
  expect(integer(0)("0")).toBe(0);
  expect(positive("1e-3")).toBe(0.001);
  expect(norms("bn, gn")).toEqual(["bn", "gn"]);
  expect(norms("gn:8+ws,ws,evonorm-s0")).toEqual(["gn:8+ws", "ws", "evonorm-s0"]);
  expect(norms("all")).toEqual(normNames());
  expect(threads("auto")).toBe("auto");
  expect(threads("2")).toBe(2);
});

test.each([
  [integer(1), ["0", "-3", "1.5", "x", "", "1e3", "0x10", "9999999999999999"]],
  [positive, ["0", "-1", "", " ", "fast", "Infinity", "NaN"]],
  [norms, ["", "bn,", "xn", "bn,bn", "BN", "all,bn", "gn:x", "film", "bn+bn"]],
  [threads, ["0", "65", "all", "1.5"]],
])("%o refuses bad values", (parse, values) => {
  for (const value of values)
    expect(() => parse(value), value).toThrow(/expected|norm|number|twice/i);
});
