// Files of the visitor's own: what is in them, and what is wrong with them, in words of both languages.
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { RECORD_BYTES } from "../../src/data/cifar10.js";
import { readImages } from "../../src/page/engine/images.js";
import { fileRefusalText } from "../../src/page/refusals.js";
import { en } from "../../src/page/text/en/index.js";
import { zh } from "../../src/page/text/zh/index.js";
import { tar } from "../data/tar-file.js";

const limits = { train: 20, test: 6 };
const records = (count: number, labelOf = (i: number) => i % 10) =>
  Uint8Array.from({ length: count * RECORD_BYTES }, (_, k) =>
    k % RECORD_BYTES === 0 ? labelOf(Math.floor(k / RECORD_BYTES)) : k % 251,
  );
const fileOf = (name: string, bytes: Uint8Array): File => new File([bytes as BlobPart], name);
const archive = (files: Record<string, Uint8Array>) => new Uint8Array(gzipSync(tar(files)));
const whole = {
  "c/data_batch_2.bin": records(9, () => 2),
  "c/data_batch_1.bin": records(9, () => 1),
};

test("of a batch the first pictures are for training, and of an archive its batches in order", async () => {
  const batch = await readImages(fileOf("a.bin", records(30)), limits);
  expect([batch.train.length, batch.test.length]).toEqual([20 * RECORD_BYTES, 6 * RECORD_BYTES]);
  expect([batch.train, batch.test]).toEqual([
    records(30).subarray(0, 20 * RECORD_BYTES),
    records(30).subarray(20 * RECORD_BYTES, 26 * RECORD_BYTES),
  ]);
  const packed = archive({ ...whole, "c/test_batch.bin": records(3, () => 3) });
  const { train, test } = await readImages(fileOf("a.tar.gz", packed), limits);
  const labels = (bytes: Uint8Array) =>
    [...bytes].filter((_, k) => k % RECORD_BYTES === 0).join("");
  expect([labels(train), labels(test)]).toEqual(["111111111222222222", "333"]);
});

const unreadable = Object.assign(fileOf("folder", new Uint8Array(4096)), {
  slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException("gone", "NotFoundError")) }),
}) as File;
const most = 1e6;
const { refused } = en.train;

test.each([
  [fileOf("short.bin", records(2).subarray(9)), refused.records],
  [fileOf("empty.bin", new Uint8Array()), refused.empty],
  [
    fileOf(
      "label.bin",
      records(8, () => 77),
    ),
    refused.label,
  ],
  [fileOf("few.bin", records(4)), refused.few],
  [
    fileOf(
      "too few.bin",
      records(8, () => 77),
    ),
    refused.label,
  ],
  [fileOf("huge.bin", new Uint8Array(most + 1)), refused.huge],
  [fileOf("bomb.gz", new Uint8Array(gzipSync(new Uint8Array(20 * most)))), refused.huge],
  [fileOf("torn.gz", archive(whole).subarray(0, 999)), refused.archive],
  [fileOf("no-tar.gz", new Uint8Array(gzipSync("text".repeat(999)))), refused.archive],
  [fileOf("half.tar.gz", archive(whole)), refused.archive],
  [unreadable, refused.unreadable],
])("%o is refused by its name", async (file, sentence) => {
  const error = await readImages(file, limits, most).catch((reason) => reason);
  expect(error).toBeInstanceOf(RangeError);
  expect(fileRefusalText(error, file.name, en.train, en.common)).toBe(sentence(file.name));
  expect(fileRefusalText(error, file.name, zh.train, zh.common)).toMatch(/\p{Script=Han}/u);
});
