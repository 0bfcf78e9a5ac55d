import { checkOptions, type Rules } from "../options.js";
import { type ImageDataset, parseCifar10, RECORD_BYTES } from "./cifar10.js";
import { Rng } from "./rng.js";
import { drawImage } from "./scene.js";
import { SHAPES } from "./shapes.js";

/** What is drawn, by label. */
export const PROCEDURAL_CLASSES: readonly string[] = SHAPES.map((shape) => shape.name);

export interface ProceduralOptions {
  seed?: number;
  count: number;
  /** Images of two splits are independent of each other. Default "train". */
  split?: "train" | "test";
}

const rules: Rules<ProceduralOptions> = {
  seed: "number",
  count: "number",
  split: ["train", "test"],
};

/**
 * Draws `count` images of ten classes and returns them as records of CIFAR-10's binary format, count × 3073 bytes: shapes
 * and textures of random place, size, rotation, colour and background, among clutter and noise. Every ten in a row hold
 * each class once. The same seed gives the same bytes on every engine, and more images begin with the fewer. Throws RangeError
 * for a count that is not a positive integer, or a seed that is none.
 */
export const proceduralCifar10 = (options: ProceduralOptions): Uint8Array =>
  draw("proceduralCifar10", options);

function draw(op: string, options: ProceduralOptions): Uint8Array {
  const { seed = 0, count, split = "train" } = checkOptions(op, options, rules);
  if (!(Number.isInteger(count) && count > 0))
    throw new RangeError(`${op}: expected count to be a positive integer, got ${count}`);
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`${op}: expected seed to be an integer, got ${seed}`);
  const rng = new Rng(seed, split === "train" ? 1 : 2);
  const records = new Uint8Array(count * RECORD_BYTES);
  let labels: number[] = [];
  for (let at = 0; at < records.length; at += RECORD_BYTES) {
    if (labels.length === 0) labels = rng.shuffle(SHAPES.map((_, label) => label));
    const label = labels.pop() as number;
    records[at] = label;
    drawImage(rng, SHAPES[label].distance, records.subarray(at + 1, at + RECORD_BYTES));
  }
  return records;
}

/** The default data set: procedural records, read as the real files are. */
export function proceduralDataset(options: ProceduralOptions): ImageDataset {
  const records = draw("proceduralDataset", options);
  return parseCifar10(records, `procedural ${options.split ?? "train"} images`);
}
