// The default pictures of `evenkeel style`, drawn by code: a harbour, and brush strokes as its style. The code uses no
// sin or cos: their last digits differ between engines.
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, zeros } from "../tensor.js";

/** A picture is a plain object, so that it can be sent between threads. Then `rgb.buffer` is transferred. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row by row: 3·width·height bytes. */
  readonly rgb: Uint8Array;
}

type Colour = readonly [number, number, number];

/** A picture whose colours are a function of x and y, each from 0 to 1. */
function draw(size: number, colourAt: (x: number, y: number) => Colour): Picture {
  const rgb = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i++) {
    const colour = colourAt(((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size);
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = Math.max(0, Math.min(255, Math.round(colour[c])));
  }
  return { width: size, height: size, rgb };
}

const mix = (a: Colour, b: Colour, t: number): Colour => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

const clamp = (t: number): number => Math.max(0, Math.min(1, t));

/** A wave of period 1 between −1 and 1, made of two parabolas. It is within 0.06 of a sine. */
function wave(t: number): number {
  const phase = t - Math.floor(t);
  return phase < 0.5 ? 16 * phase * (0.5 - phase) : -16 * (phase - 0.5) * (1 - phase);
}

/** A lighthouse, a boat and the evening sun above the sea: size × size pixels. */
export function harbour(size: number): Picture {
  return draw(size, (x, y) => {
    const horizon = 0.56;
    const sun = Math.sqrt((x - 0.3) ** 2 + (y - 0.42) ** 2);
    if (onBoat(x, y)) return y > 0.72 ? [92, 46, 34] : [244, 240, 228];
    if (onLightHouse(x, y)) return Math.floor(y * 16) % 2 === 0 ? [206, 58, 48] : [240, 236, 226];
    if (y < horizon) {
      const sky = mix([58, 98, 168], [250, 196, 132], clamp(y / horizon) ** 2);
      return sun < 0.085 ? [255, 236, 176] : mix(sky, [255, 214, 150], 0.6 * clamp(1 - sun / 0.35));
    }
    const depth = (y - horizon) / (1 - horizon);
    const swell = wave(x * (5 + 4 * (1 - depth)) + 7 * depth * depth + 0.4 * wave(3 * y));
    const sea = mix([86, 140, 160], [18, 52, 92], depth);
    const glitter = Math.abs(x - 0.3) < 0.05 + 0.1 * depth && swell > 0.35;
    return glitter ? [255, 220, 160] : mix(sea, [170, 206, 212], 0.35 * clamp(swell));
  });
}

function onBoat(x: number, y: number): boolean {
  if (y > 0.72 && y < 0.79) return Math.abs(x - 0.46) < 0.15 - (y - 0.72); // hull
  if (y > 0.7 || y < 0.34) return false;
  const height = (0.7 - y) / 0.36;
  return x > 0.45 - 0.11 * (1 - height) * 0.6 && x < 0.46 + 0.13 * (1 - height);
}

function onLightHouse(x: number, y: number): boolean {
  if (y > 0.2 && y < 0.62) return Math.abs(x - 0.82) < 0.035 + 0.05 * (y - 0.2);
  return y > 0.14 && y <= 0.2 && Math.abs(x - 0.82) < 0.028;
}

const palette: readonly Colour[] = [
  [28, 38, 92],
  [44, 110, 168],
  [238, 182, 54],
  [226, 98, 48],
  [246, 232, 196],
  [24, 92, 84],
];

/** Thick strokes in six colours that turn around two eyes: size × size pixels. */
export function brushwork(size: number): Picture {
  const eyes = [
    { x: 0.3, y: 0.36, turn: 1 },
    { x: 0.74, y: 0.68, turn: -1 },
  ];
  return draw(size, (x, y) => {
    const [near, far] = eyes
      .map((eye) => ({ ...eye, dx: x - eye.x, dy: y - eye.y }))
      .map((eye) => ({ ...eye, r: Math.sqrt(eye.dx * eye.dx + eye.dy * eye.dy) }))
      .sort((a, b) => a.r - b.r);
    // an angle without arctangent: the place of the pixel on a square around the eye
    const { dx, dy, r, turn } = near;
    const around = (turn * (dy < 0 ? 2 - dx / (r || 1) : dx / (r || 1))) / 4;
    const band = 14 * r + 6 * around + 0.3 * wave(3 * far.r);
    const stroke = band - Math.floor(band);
    const colour = palette[((Math.floor(band) % 6) + 6) % 6];
    const next = palette[(((Math.floor(band) + 1) % 6) + 6) % 6];
    const bristle = 0.2 * wave(43 * band) + 0.12 * wave(9 * around + 31 * r);
    return mix(mix(colour, next, clamp((stroke - 0.82) * 6)), [255, 255, 255], clamp(bristle));
  });
}

/** The picture as a tensor [1, 3, height, width] with values from −1 to 1. */
export function toTensor({ width, height, rgb }: Picture, runtime: Runtime): Tensor {
  const x = zeros([1, 3, height, width], { runtime });
  const area = width * height;
  for (let i = 0; i < rgb.length; i++)
    x.data[(i % 3) * area + Math.floor(i / 3)] = rgb[i] / 127.5 - 1;
  return x;
}

/** The picture of x [1, 3, height, width] with values from −1 to 1. Values outside are clipped. */
export function toPicture(x: Tensor): Picture {
  const [, , height, width] = x.shape;
  const area = width * height;
  const rgb = Uint8Array.from({ length: 3 * area }, (_, i) => {
    const value = x.data[(i % 3) * area + Math.floor(i / 3)];
    return Math.round(127.5 * (1 + Math.max(-1, Math.min(1, value))));
  });
  return { width, height, rgb };
}
