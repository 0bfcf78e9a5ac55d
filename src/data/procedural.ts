import { checkOptions, type Rules } from "../options.js";
import { IMAGE_BYTES, type ImageDataset, RECORD_BYTES } from "./cifar10.js";
import { Rng } from "./rng.js";
import { drawImage, skipImage } from "./scene.js";
import { SHAPES } from "./shapes.js";

/** The names of the shapes, by label. */
export const PROCEDURAL_CLASSES: readonly string[] = SHAPES.map((shape) => shape.name);

/** Options of `proceduralCifar10`. */
export interface ProceduralOptions {
  /** An integer; 0 by default. */
  seed?: number;
  /** The number of images. */
  count: number;
  /** Images of two splits are independent of each other. Default "train". */
  split?: "train" | "test";
}

const rules: Rules<ProceduralOptions> = {
  seed: "number",
  count: "number",
  split: ["train", "test"],
};

/** Options of `proceduralDataset`. */
export interface ProceduralDatasetOptions extends ProceduralOptions {
  /** Draw an image only when a loader first needs it. The bytes are the same. Default false: draw all of them now. */
  lazy?: boolean;
}

const datasetRules: Rules<ProceduralDatasetOptions> = { ...rules, lazy: "boolean" };

/**
 * Draws `count` images of ten classes and returns them as records of CIFAR-10's binary format, count × 3073 bytes. The
 * images show shapes and textures of random place, size, rotation, colour and background, with clutter and noise. Every
 * ten images in a row hold each class once. The same seed gives the same bytes on every engine, and a larger `count`
 * begins with the same images.
 * @throws RangeError if the count is not a positive integer or the seed is not an integer
 */
export function proceduralCifar10(options: ProceduralOptions): Uint8Array {
  const { rng, count } = begin(
    "proceduralCifar10",
    checkOptions("proceduralCifar10", options, rules),
  );
  const records = new Uint8Array(count * RECORD_BYTES);
  let at = 0;
  for (const label of labelsOf(rng, count)) {
    records[at] = label;
    drawImage(rng, SHAPES[label].distance, records.subarray(at + 1, at + RECORD_BYTES));
    at += RECORD_BYTES;
  }
  return records;
}

function begin(op: string, { seed = 0, count, split = "train" }: ProceduralOptions) {
  if (!(Number.isInteger(count) && count > 0))
    throw new RangeError(`${op}: expected count to be a positive integer, got ${count}`);
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`${op}: expected seed to be an integer, got ${seed}`);
  return { rng: new Rng(seed, split === "train" ? 1 : 2), count };
}

/** The label of each image. Labels and images take turns at drawing from the same numbers. */
function* labelsOf(rng: Rng, count: number): Generator<number> {
  let labels: number[] = [];
  for (let i = 0; i < count; i++) {
    if (labels.length === 0) labels = rng.shuffle(SHAPES.map((_, label) => label));
    yield labels.pop() as number;
  }
}

/**
 * The default data set: procedural images with the bytes of `proceduralCifar10`.
 * @throws RangeError if the count is not a positive integer or the seed is not an integer
 */
export function proceduralDataset(options: ProceduralDatasetOptions): ImageDataset {
  const op = "proceduralDataset";
  const { lazy = false, ...which } = checkOptions(op, options, datasetRules);
  const { rng, count } = begin(op, which);
  const images = new Uint8Array(count * IMAGE_BYTES);
  const labels = new Uint8Array(count);
  /** For each image that is not drawn yet, a generator at the place where its numbers begin. */
  const waiting: (Rng | null)[] = [];
  const draw = (from: Rng, i: number) =>
    drawImage(
      from,
      SHAPES[labels[i]].distance,
      images.subarray(i * IMAGE_BYTES).subarray(0, IMAGE_BYTES),
    );
  let i = 0;
  for (const label of labelsOf(rng, count)) {
    labels[i] = label;
    if (lazy) {
      waiting.push(rng.clone());
      skipImage(rng, SHAPES[label].distance);
    } else draw(rng, i);
    i++;
  }
  if (!lazy) return { images, labels };
  const prepare = (indices: Iterable<number>) => {
    for (const index of indices) {
      const from = waiting[index];
      if (!from) continue;
      draw(from, index);
      waiting[index] = null;
    }
  };
  return { images, labels, prepare };
}
