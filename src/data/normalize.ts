import { isBytes } from "../dtype.js";
import { CHANNELS, HEIGHT, WIDTH } from "./cifar10.js";

const PLANE = HEIGHT * WIDTH;

/** One number for all channels, or one number for each channel. */
export type PerChannel = number | readonly number[];

/**
 * torchvision's ToTensor and Normalize: (v / 255 − mean) / std for bytes [n, 3, 32, 32]. Each step is rounded to
 * float32 as in torchvision, so that the bits agree. Writes into `out` (same number of elements) if given.
 * @shape images [n, 3, 32, 32] of bytes → the same, float32
 * @throws RangeError for lengths that do not fit, and for a std that is not positive
 * @source torchvision.transforms.ToTensor and Normalize
 */
export function normalizeImages(
  images: Uint8Array,
  mean: PerChannel = 0.5,
  std: PerChannel = 0.5,
  out?: Float32Array,
): Float32Array {
  if (!isBytes(images)) throw new TypeError("normalizeImages: expected images to be a Uint8Array");
  const means = perChannel("mean", mean);
  const stds = perChannel("std", std);
  if (images.length % (CHANNELS * PLANE) !== 0) {
    throw new RangeError(
      `normalizeImages: expected whole images of ${CHANNELS * PLANE} bytes, got ${images.length} bytes`,
    );
  }
  const into = out ?? new Float32Array(images.length);
  if (into.length !== images.length) {
    throw new RangeError(
      `normalizeImages: expected room for ${images.length} floats, got ${into.length}`,
    );
  }
  if (!stds.every((value) => value > 0)) {
    throw new RangeError(`normalizeImages: expected std above 0, got ${stds.join(", ")}`);
  }
  const tables = means.map((value, c) => byteTable(value, stds[c]));
  for (let start = 0; start < images.length; start += PLANE) {
    const table = tables[(start / PLANE) % CHANNELS];
    for (let i = start; i < start + PLANE; i++) into[i] = table[images[i]];
  }
  return into;
}

/** The new value of each of the 256 byte values. */
function byteTable(mean: number, std: number): Float32Array {
  const { fround } = Math;
  const at = (v: number) => fround(fround(v / 255) - fround(mean)) / fround(std);
  return Float32Array.from({ length: 256 }, (_, v) => at(v));
}

function perChannel(name: string, value: PerChannel): readonly number[] {
  const list = typeof value === "number" ? Array<number>(CHANNELS).fill(value) : value;
  if (list.length !== CHANNELS || !list.every(Number.isFinite)) {
    throw new RangeError(
      `normalizeImages: expected ${name} to be a number or ${CHANNELS}, got ${list.join(", ")}`,
    );
  }
  return list;
}
