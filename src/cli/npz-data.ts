import { readFile } from "node:fs/promises";
import { imageDataset } from "../data/index.js";
import type { CompareData } from "../experiments/compare.js";
import { parseNpz } from "../files/numpy.js";
import { sizeOf } from "../shape.js";

/** The names of images and labels in Keras's files, and in MedMNIST's. */
const conventions = [
  { train: ["x_train", "y_train"], test: ["x_test", "y_test"] },
  { train: ["train_images", "train_labels"], test: ["test_images", "test_labels"] },
] as const;

/** NormResNet's. */
const CLASSES = 10;

/** At most `limit` training images and as many test images of a `.npz` file. */
export async function readNpz(path: string, limit: number): Promise<CompareData> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new Error(`cannot read ${path}: ${cause.message.replace(/, open.*/, "")}`, { cause });
  });
  const arrays = new Map(parseNpz(bytes, "--data", path));
  const names = conventions.find(({ train }) => arrays.has(train[0]));
  const part = (split: "train" | "test") => {
    const [images, labels] = (names ?? conventions[0])[split].map((name) => {
      const array = arrays.get(name);
      const there = [...arrays.keys()].join(", ");
      if (!array)
        throw new Error(`--data ${path}: there is no array "${name}" (there are ${there})`);
      const [count = 0] = array.shape;
      const taken = [Math.min(count, limit), ...array.shape.slice(1)];
      return { shape: taken, data: array.data.subarray(0, sizeOf(taken)) };
    });
    const set = imageDataset(images, labels);
    const wrong = set.labels.find((label) => label >= CLASSES);
    if (wrong !== undefined)
      throw new Error(`--data ${path}: expected labels from 0 to 9, got ${wrong}`);
    return set;
  };
  return { train: part("train"), test: part("test") };
}
