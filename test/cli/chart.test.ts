import { expect, test } from "vitest";
import { LOG } from "../../src/cli/report/chart.js";
import { type Line, lineChart } from "../../src/cli/report/lines.js";

const axes = { x: "step", y: "loss" };
const line = (name: string, ...ys: (number | null)[]): Line => ({
  name,
  points: ys.map((y, i) => [i + 1, y] as const),
});

/** The texts of a chart with their places. */
const textsOf = (svg: string) =>
  [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</g)].map(([, x, y, text]) => ({
    text,
    x: Number(x),
    y: Number(y),
  }));

const paths = (svg: string) => [...svg.matchAll(/<path d="([^"]*)"/g)].map(([, d]) => d);

test("names stand at the ends of their lines, and not over one another", () => {
  const svg = lineChart([line("a", 1, 2), line("b", 3, 2.01), line("c", 5, 0)], axes)(860, 380);
  const [a, b, c] = ["a", "b", "c"].map((name) => textsOf(svg).find(({ text }) => text === name));
  expect(a?.x).toBe(b?.x);
  expect(b?.y).toBeLessThan(a?.y ?? 0); // 2.01 is above 2
  expect((a?.y ?? 0) - (b?.y ?? 0)).toBeGreaterThanOrEqual(16);
  expect(c?.y).toBeGreaterThan(a?.y ?? 0);
});

test("names without room stand above the lines, which makes the chart higher", () => {
  const names = Array.from({ length: 40 }, (_, i) => `the norm number ${i}`);
  const svg = lineChart(
    names.map((name, i) => line(name, i, i)),
    axes,
  )(380, 320);
  expect(Number(/viewBox="0 0 380 (\d+)"/.exec(svg)?.[1])).toBeGreaterThan(320 + 400);
  for (const { x, text } of textsOf(svg)) expect(x, text).toBeLessThan(380);
});

test("null is a gap; a value beyond the scale stays at its edge", () => {
  const drawn = lineChart([line("a", 1, null, 9, 2)], { ...axes, yAxis: { min: 0, max: 5 } });
  const [path] = paths(drawn(860, 380));
  expect(path.match(/M/g)).toHaveLength(2);
  expect(path).toMatch(/M[\d.]+ 10\.0L/); // the top of the box
});

test("equal factors are equally far apart on a logarithmic axis, with round ticks", () => {
  const svg = lineChart([line("a", 1e-5, 1e-3, 1e-1)], { ...axes, yAxis: LOG })(860, 380);
  const ys = [...paths(svg)[0].matchAll(/[ML][\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
  expect(ys[0] - ys[1]).toBeCloseTo(ys[1] - ys[2], 0);
  for (const tick of ["1e-5", "1e-3", "0.1"])
    expect(textsOf(svg).map(({ text }) => text)).toContain(tick);
});

test("names and titles are escaped; a line without any value leaves the others alone", () => {
  const svg = lineChart([line("<b>", null, null), line("a", 1, 2)], { x: "&", y: "y" })(860, 380);
  expect(svg).toContain("&lt;b&gt;");
  expect(svg).not.toMatch(/<b>|NaN|Infinity|undefined/);
  for (const yAxis of [{}, LOG])
    expect(lineChart([line("a", null)], { ...axes, yAxis })(380, 320)).not.toMatch(/NaN|Infinity/);
});
