import { isBytes } from "../dtype.js";
import { describe } from "../options.js";

/** Images and labels in bytes: the readers make it and the DataLoader takes it. */
export interface ImageDataset {
  /** [n, 3, 32, 32], with values from 0 to 255. */
  images: Uint8Array;
  /** [n], class numbers. */
  labels: Uint8Array;
  /** For images that are made only when needed: makes the images at the indices. From then on `images` holds them. */
  prepare?(indices: Iterable<number>): void;
}

export const CHANNELS = 3;
export const HEIGHT = 32;
export const WIDTH = 32;
/** The bytes of an image: the red plane, then the green one, then the blue one. */
export const IMAGE_BYTES = CHANNELS * HEIGHT * WIDTH;
/** The bytes of a record: the label, then the image. */
export const RECORD_BYTES = 1 + IMAGE_BYTES;

/** CIFAR-10's classes, by label. */
export const CIFAR10_CLASSES: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

/**
 * The number of records in `size` bytes of the file `fileName`. Throws RangeError if there are none, or if the last one
 * is incomplete.
 */
export function countRecords(size: number, fileName: string): number {
  const count = Math.floor(size / RECORD_BYTES);
  const rest = size - count * RECORD_BYTES;
  if (rest > 0) {
    throw new RangeError(
      `${fileName}: record ${count} at offset ${count * RECORD_BYTES}: ` +
        `expected ${RECORD_BYTES} bytes, got ${rest} (truncated file, or trailing bytes)`,
    );
  }
  if (count === 0) {
    throw new RangeError(
      `${fileName}: record 0 at offset 0: expected ${RECORD_BYTES} bytes, got an empty file`,
    );
  }
  return count;
}

/**
 * Reads records of CIFAR-10's binary format. `fileName` is for messages.
 * @throws RangeError, naming the record and its offset, for an incomplete record and for a label above 9; TypeError for
 *   anything but a Uint8Array
 * @source Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images
 */
export function parseCifar10(bytes: Uint8Array, fileName = "CIFAR-10 data"): ImageDataset {
  if (!isBytes(bytes))
    throw new TypeError(`parseCifar10: expected a Uint8Array, got ${describe(bytes)}`);
  const count = countRecords(bytes.length, fileName);
  const images = new Uint8Array(count * IMAGE_BYTES);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const offset = i * RECORD_BYTES;
    const label = bytes[offset];
    if (label >= CIFAR10_CLASSES.length) {
      throw new RangeError(
        `${fileName}: record ${i} at offset ${offset}: label ${label}, expected 0 to 9`,
      );
    }
    labels[i] = label;
    images.set(bytes.subarray(offset + 1, offset + RECORD_BYTES), i * IMAGE_BYTES);
  }
  return { images, labels };
}

/** Joins the data sets, one after the other. */
export function concatDatasets(parts: readonly ImageDataset[]): ImageDataset {
  const count = parts.reduce((sum, part) => sum + part.labels.length, 0);
  const images = new Uint8Array(count * IMAGE_BYTES);
  const labels = new Uint8Array(count);
  let at = 0;
  for (const part of parts) {
    part.prepare?.(part.labels.keys());
    images.set(part.images, at * IMAGE_BYTES);
    labels.set(part.labels, at);
    at += part.labels.length;
  }
  return { images, labels };
}
