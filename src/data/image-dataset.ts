import { describe } from "../options.js";
import { type Shape, show } from "../shape.js";
import { CHANNELS, HEIGHT, type ImageDataset, WIDTH } from "./cifar10.js";

/** Numbers with a shape: a tensor, or an array of a file. */
export interface ArrayOfNumbers {
  shape: Shape;
  data: ArrayLike<number | bigint>;
}

const is = (shape: Shape, wanted: readonly (number | null)[]): boolean =>
  shape.length === wanted.length && wanted.every((n, i) => n === null || n === shape[i]);

/**
 * A data set of your own for the DataLoader, as of an `.npz` file. `images`: [n, 3, 32, 32] or [n, 32, 32, 3], whole
 * numbers from 0 to 255. `labels`: [n] or [n, 1], class numbers from 0 to 255. Throws TypeError for what is no array,
 * RangeError for other shapes and numbers.
 */
export function imageDataset(images: ArrayOfNumbers, labels: ArrayOfNumbers): ImageDataset {
  for (const [name, array] of Object.entries({ images, labels }))
    if (!Array.isArray(array?.shape) || typeof array.data?.length !== "number")
      throw new TypeError(
        `imageDataset: expected ${name} to be a tensor or { shape, data }, got ${describe(array)}`,
      );
  const { shape } = images;
  const last = is(shape, [null, HEIGHT, WIDTH, CHANNELS]);
  if (!last && !is(shape, [null, CHANNELS, HEIGHT, WIDTH]))
    throw new RangeError(
      `imageDataset: expected images of shape [n, 3, 32, 32] or [n, 32, 32, 3], got ${show(shape)}`,
    );
  const [count] = shape;
  if (!is(labels.shape, [count]) && !is(labels.shape, [count, 1]))
    throw new RangeError(
      `imageDataset: expected labels of shape [${count}], got ${show(labels.shape)}`,
    );
  const bytes = bytesOf("images", images.data);
  return { images: last ? channelsFirst(bytes) : bytes, labels: bytesOf("labels", labels.data) };
}

function bytesOf(name: string, data: ArrayLike<number | bigint>): Uint8Array {
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number(data[i]);
    if (bytes[i] !== Number(data[i]))
      throw new RangeError(
        `imageDataset: expected ${name} of whole numbers from 0 to 255, got ${data[i]} at index ${i}`,
      );
  }
  return bytes;
}

/** [n, 32, 32, 3] as [n, 3, 32, 32]. */
function channelsFirst(bytes: Uint8Array): Uint8Array {
  const plane = HEIGHT * WIDTH;
  const out = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += CHANNELS * plane)
    for (let pixel = 0; pixel < plane; pixel++)
      for (let c = 0; c < CHANNELS; c++)
        out[start + c * plane + pixel] = bytes[start + pixel * CHANNELS + c];
  return out;
}
