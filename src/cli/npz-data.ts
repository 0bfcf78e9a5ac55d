import { readFile } from "node:fs/promises";
import { imageDataset } from "../data/index.js";
import type { CompareData } from "../experiments/compare.js";
import { parseNpz } from "../files/numpy.js";
import { tensorData } from "../io/elements.js";
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
  const names = conventions.find(({ train }) => arrays.has(train[0])) ?? conventions[0];
  const refuse = (problem: string): never => {
    throw new Error(`--data ${path}: ${problem}`);
  };
  const arrayOf = (name: string) => {
    const array = arrays.get(name);
    const there = [...arrays.keys()].join(", ");
    if (!array) return refuse(`there is no array "${name}" (there are ${there})`);
    return {
      shape: array.shape,
      data: tensorData(`--data ${path}: ${name}`, array.type, array.data),
    };
  };
  const part = (split: "train" | "test") => {
    const [images, labels] = names[split].map(arrayOf);
    const [count = 0] = images.shape;
    if (labels.shape[0] !== count || count === 0)
      return refuse(`expected images and as many labels, got ${count} and ${labels.shape[0] ?? 0}`);
    const [taken, known] = [images, labels].map(({ shape, data }) => {
      const cut = [Math.min(count, limit), ...shape.slice(1)];
      return { shape: cut, data: data.subarray(0, sizeOf(cut)) };
    });
    const wrong = known.data.find((label) => Number(label) >= CLASSES);
    if (wrong !== undefined) return refuse(`expected labels from 0 to 9, got ${wrong}`);
    try {
      return imageDataset(taken, known);
    } catch (cause) {
      return refuse((cause as Error).message.replace(/^imageDataset: /, ""));
    }
  };
  return { train: part("train"), test: part("test") };
}
