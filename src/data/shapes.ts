/**
 * Signed distance in pixels, negative inside, from (u, v) to the outline of a shape of radius `r` around the origin.
 * `style` in [0, 1) varies a shape within its class. Only + − × ÷, square root and floor are used: IEEE 754 fixes each
 * of their bits, but not those of sin and cos.
 */
export type Distance = (u: number, v: number, r: number, style: number) => number;

const { abs, floor, max, min, sqrt } = Math;
const length = (u: number, v: number) => sqrt(u * u + v * v);

const disc: Distance = (u, v, r) => length(u, v) - r;

const ring: Distance = (u, v, r, style) => {
  const half = r * (0.15 + 0.1 * style);
  return abs(length(u, v) - r + half) - half;
};

const square: Distance = (u, v, r) => max(abs(u), abs(v)) - 0.85 * r;

const triangle: Distance = (u, v, r) => max(0.8660254 * abs(u) - 0.5 * v, v) - 0.55 * r;

const cross: Distance = (u, v, r, style) => {
  const arm = r * (0.22 + 0.12 * style);
  return min(max(abs(u) - arm, abs(v) - r), max(abs(u) - r, abs(v) - arm));
};

/** 0 on a line, rising to ½ in the middle between two lines. The lines are 1 apart. */
const wave = (t: number) => abs(t - floor(t) - 0.5);

/** Lines along the u axis. */
const stripes: Distance = (_, v, r) => {
  const period = 0.6 * r;
  return (wave(v / period) - 0.25) * period;
};

const upright: Distance = (u, v, r, style) => stripes(v, u, r, style);

const diagonal: Distance = (u, v, r, style) => stripes(0, (u + v) * sqrt(0.5), r, style);

const checkerboard: Distance = (u, v, r) => {
  const period = 0.85 * r;
  const x = wave(u / period) - 0.25;
  const y = wave(v / period) - 0.25;
  return -max(min(x, y), min(-x, -y)) * period;
};

const dots: Distance = (u, v, r) => {
  const period = 0.65 * r;
  return (length(wave(u / period), wave(v / period)) - 0.32) * period;
};

/** A texture fills a round or a square window, so that the outline does not show the class. */
const inWindow =
  (texture: Distance): Distance =>
  (u, v, r, style) =>
    max((style < 0.5 ? disc : square)(u, v, 1.15 * r, style), texture(u, v, r, style));

/** The ten classes, by label. */
export const SHAPES: readonly { name: string; distance: Distance }[] = [
  { name: "disc", distance: disc },
  { name: "ring", distance: ring },
  { name: "square", distance: square },
  { name: "triangle", distance: triangle },
  { name: "cross", distance: cross },
  { name: "horizontal stripes", distance: inWindow(stripes) },
  { name: "vertical stripes", distance: inWindow(upright) },
  { name: "diagonal stripes", distance: inWindow(diagonal) },
  { name: "checkerboard", distance: inWindow(checkerboard) },
  { name: "dots", distance: inWindow(dots) },
];
