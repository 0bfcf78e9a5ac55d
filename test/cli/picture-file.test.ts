import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode as encodePng } from "fast-png";
import { encode as encodeJpeg } from "jpeg-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataUrl, readPicture } from "../../src/cli/picture-file.js";
import { harbour } from "../../src/experiments/pictures.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(bytes: Uint8Array, side = 64) {
  const file = join(folder, "picture");
  await writeFile(file, bytes);
  return readPicture(file, side);
}

const picture = harbour(32);
const bytesOf = (url: string) => Buffer.from(url.split(",")[1], "base64");

test("a PNG comes back as it was written", async () => {
  expect(await read(bytesOf(dataUrl(picture)))).toEqual(picture);
});

test("16 bits, grey and transparent PNGs are read too", async () => {
  const size = { width: 4, height: 4 };
  const deep = new Uint16Array(48).fill(0x8001);
  const grey = new Uint8Array(32).map((_, i) => (i % 2 === 0 ? 77 : 255));
  const coded = [
    encodePng({ ...size, data: deep, channels: 3, depth: 16 }),
    encodePng({ ...size, data: grey, channels: 2, depth: 8 }),
  ];
  expect((await read(coded[0])).rgb).toEqual(new Uint8Array(48).fill(0x80));
  expect((await read(coded[1])).rgb).toEqual(new Uint8Array(48).fill(77));
});

test("a JPEG comes near", async () => {
  const rgba = new Uint8Array(4 * 32 * 32).map((_, i) =>
    i % 4 === 3 ? 255 : picture.rgb[3 * Math.floor(i / 4) + (i % 4)],
  );
  const { rgb } = await read(encodeJpeg({ width: 32, height: 32, data: rgba }, 95).data);
  const off = rgb.reduce((sum, v, i) => sum + Math.abs(v - picture.rgb[i]), 0) / rgb.length;
  expect(off).toBeLessThan(8);
});

test("a large picture is shrunk to means, its sides multiples of 4", async () => {
  const { width, height, rgb } = await read(bytesOf(dataUrl(picture)), 19);
  expect([width, height]).toEqual([16, 16]);
  const corner = [0, 1, 32, 33].reduce((sum, pixel) => sum + picture.rgb[3 * pixel], 0) / 4;
  expect(rgb[0]).toBe(Math.round(corner));
});

test.each([
  ["what is no picture", new Uint8Array([1, 2, 3]), "it is neither PNG nor JPEG"],
  ["a broken PNG", bytesOf(dataUrl(picture)).subarray(0, 60), "cannot read the picture"],
])("%s is refused in a sentence", async (_, bytes, message) => {
  await expect(read(bytes)).rejects.toThrow(message);
});

test("a file that is not there is named, with the reason in words", async () => {
  await expect(readPicture(join(folder, "none.png"), 64)).rejects.toThrow(
    /cannot read the picture .*none\.png: no such file or directory$/,
  );
});
