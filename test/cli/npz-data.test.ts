import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadData } from "../../src/cli/data.js";
import { en } from "../../src/cli/text/en/index.js";
import { saveNumpyArchive } from "../../src/files/index.js";
import { writeNpy } from "../../src/files/npy.js";
import { writeZip } from "../../src/files/write-zip.js";
import { type AnyTensor, tensor } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const folder = await mkdtemp(join(tmpdir(), "evenkeel-npz-"));
afterAll(() => rm(folder, { recursive: true }));

const images = (count: number): AnyTensor =>
  tensor(new Uint8Array(count * 3072).fill(9), [count, 32, 32, 3], { runtime });
const labels = (count: number, label = 7): AnyTensor =>
  tensor(new Uint8Array(count).fill(label), [count], { runtime });
async function file(name: string, arrays: Record<string, AnyTensor>): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, saveNumpyArchive(new Map(Object.entries(arrays))));
  return path;
}

test.each([
  ["Keras's names", ["x_train", "y_train", "x_test", "y_test"]],
  ["MedMNIST's", ["train_images", "train_labels", "test_images", "test_labels"]],
])("--data takes a .npz file with %s", async (_, [x, y, testX, testY]) => {
  const arrays = { [x]: images(5), [y]: labels(5), [testX]: images(2), [testY]: labels(2) };
  const path = await file("a.npz", arrays);
  const { train, test, name } = await loadData({ limit: 3, data: path }, en);
  expect([train.labels.length, train.images.length, test.labels.length]).toEqual([3, 3 * 3072, 2]);
  expect([train.labels[0], train.images[5], name]).toEqual([7, 9, path]);
});

test.each<[string, () => Promise<string>, string]>([
  ["a missing file", async () => join(folder, "none.npz"), "no such file or directory"],
  [
    "other names",
    () => file("b.npz", { x: images(1) }),
    'there is no array "x_train" (there are x)',
  ],
  [
    "an eleventh class",
    () => file("c.npz", { x_train: images(1), y_train: labels(1, 10) }),
    "expected labels from 0 to 9, got 10",
  ],
  [
    "another number of labels",
    () => file("e.npz", { x_train: images(5), y_train: labels(4) }),
    "e.npz: expected images and as many labels, got 5 and 4",
  ],
  [
    "no image",
    () => file("f.npz", { x_train: images(0), y_train: labels(0) }),
    "expected images and as many labels, got 0 and 0",
  ],
  [
    "a number",
    () => file("g.npz", { x_train: tensor([1], [], { runtime }), y_train: labels(1) }),
    "expected images and as many labels, got 0 and 1",
  ],
  [
    "images of another size",
    () =>
      file("h.npz", {
        x_train: tensor(new Uint8Array(784), [1, 28, 28], { runtime }),
        y_train: labels(1),
      }),
    "h.npz: expected images of shape [n, 3, 32, 32] or [n, 32, 32, 3], got [1, 28, 28]",
  ],
])("%s is refused", async (_, path, message) => {
  await expect(loadData({ limit: 3, data: await path() }, en)).rejects.toThrow(message);
});

test("numbers of 16 bits are the numbers that they stand for", async () => {
  const half = (count: number, bits: number, shape: number[]) =>
    writeNpy("f", shape, new Uint16Array(count).fill(bits));
  const bytes = writeZip("test", [
    ["x_train.npy", half(3072, 0x5640, [1, 3, 32, 32])],
    ["y_train.npy", half(1, 0x4200, [1])],
    ["x_test.npy", half(3072, 0x3c00, [1, 3, 32, 32])],
    ["y_test.npy", half(1, 0, [1])],
  ]);
  const path = join(folder, "i.npz");
  await writeFile(path, bytes);
  const { train, test } = await loadData({ limit: 3, data: path }, en);
  expect([train.images[9], train.labels[0], test.images[9], test.labels[0]]).toEqual([
    100, 3, 1, 0,
  ]);
});

test("a damaged file is refused with its path", async () => {
  const path = join(folder, "d.npz");
  await writeFile(path, "<html>");
  await expect(loadData({ limit: 3, data: path }, en)).rejects.toThrow(
    `--data: ${path}: end of the archive`,
  );
});
