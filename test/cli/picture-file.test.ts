import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { encode as encodePng } from "fast-png";
import { encode as encodeJpeg } from "jpeg-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

/** 16 × 16 pixels by libjpeg: red is 230 left and 20 right, green is 200 above and 30 below, blue is 90. */
const progressive =
  "/9j/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMU" +
  "FRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU" +
  "FBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wgARCAAQABADAREAAhEBAxEB/8QAFQABAQAAAAAA" +
  "AAAAAAAAAAAABwb/xAAXAQADAQAAAAAAAAAAAAAAAAAFBggH/9oADAMBAAIQAxAAAAFay9gLW6c4" +
  "05dRW4Tn/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQABBQIf/8QAFBEBAAAAAAAAAAAAAAAA" +
  "AAAAIP/aAAgBAwEBPwEf/8QAFBEBAAAAAAAAAAAAAAAAAAAAIP/aAAgBAgEBPwEf/8QAFBABAAAA" +
  "AAAAAAAAAAAAAAAAIP/aAAgBAQAGPwIf/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQABPyEf" +
  "/9oADAMBAAIAAwAAABCL/wD/xAAUEQEAAAAAAAAAAAAAAAAAAAAg/9oACAEDAQE/EB//xAAUEQEA" +
  "AAAAAAAAAAAAAAAAAAAg/9oACAECAQE/EB//xAAUEAEAAAAAAAAAAAAAAAAAAAAg/9oACAEBAAE/" +
  "EB//2Q==";

/** 8 × 8 pixels by libjpeg: the four inks are 0, 30, 27 and 4, stored as Adobe stores them. */
const inks =
  "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAGBAUGBQQGBgUGBwcGCAoQCgoJCQoUDg8MEBcUGBgXFBYW" +
  "Gh0lHxobIxwWFiAsICMmJykqKRkfLTAtKDAlKCko/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABQA" +
  "AQAAAAAAAAAAAAAAAAAAAAj/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oADgRDAE0AWQBLAAA/AFSQ" +
  "JClI/9k=";

interface Png {
  width: number;
  height: number;
  depth: number;
  /** The colour type of PNG: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha. */
  colour: number;
  interlaced?: boolean;
  chunks?: [name: string, bytes: number[]][];
}

/** A PNG of unfiltered rows that are already packed. Its checksums are 0, because the decoder does not read them. */
function png({ width, height, depth, colour, interlaced, chunks = [] }: Png, rows: number[][]) {
  const word = (value: number) => [
    value >>> 24,
    (value >>> 16) & 255,
    (value >>> 8) & 255,
    value & 255,
  ];
  const chunk = (name: string, bytes: Iterable<number>) => {
    const data = [...bytes];
    return [...word(data.length), ...Buffer.from(name), ...data, ...word(0)];
  };
  const header = [
    ...word(width),
    ...word(height),
    depth,
    colour,
    0,
    0,
    Number(interlaced ?? false),
  ];
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", header),
    ...chunks.flatMap(([name, bytes]) => chunk(name, bytes)),
    ...chunk("IDAT", deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])))),
    ...chunk("IEND", []),
  ]);
}

/** Packs samples into rows of whole bytes, with the first sample in the high bits. */
function pack(rows: number[][], depth: number): number[][] {
  return rows.map((row) => {
    const bits = row.map((value) => value.toString(2).padStart(depth, "0")).join("");
    return (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
  });
}

describe.each([1, 2, 4, 8])("a PNG of %i bits a sample", (depth) => {
  const most = 2 ** depth - 1;
  // 12 columns of 1 bit do not fill whole bytes.
  const rows = [0, 1, 2, 3].map((y) =>
    Array.from({ length: 12 }, (_, x) => (5 * x + 7 * y) & most),
  );
  const about = { width: 12, height: 4, depth };

  test("grey: from black to white", async () => {
    const { width, height, rgb } = await read(png({ ...about, colour: 0 }, pack(rows, depth)));
    expect([width, height]).toEqual([12, 4]);
    const grey = rows.flat().flatMap((value) => Array(3).fill((value * 255) / most));
    expect([...rgb]).toEqual(grey);
  });

  test("a palette, transparent or not", async () => {
    const palette = Array.from({ length: most + 1 }, (_, i) => [
      255 - i,
      (i * 37) & 255,
      9 + (i & 63),
    ]);
    const colours: [string, number[]] = ["PLTE", palette.flat()];
    for (const chunks of [[colours], [colours, ["tRNS", [0]] as [string, number[]]]]) {
      const { rgb } = await read(png({ ...about, colour: 3, chunks }, pack(rows, depth)));
      expect([...rgb]).toEqual(rows.flat().flatMap((value) => palette[value]));
    }
  });

  test("a colour missing in the palette", async () => {
    const few: Png = { ...about, colour: 3, chunks: [["PLTE", [1, 2, 3]]] };
    await expect(read(png(few, pack(rows, depth)))).rejects.toThrow(
      "a colour is missing in its palette",
    );
  });
});

test("a palette beside full colour is not its palette", async () => {
  const rows = [0, 1, 2, 3].map((y) => Array.from({ length: 12 }, (_, i) => 20 * i + y));
  const about: Png = { width: 4, height: 4, depth: 8, colour: 2, chunks: [["PLTE", [1, 2, 3]]] };
  expect([...(await read(png(about, rows))).rgb]).toEqual(rows.flat());
});

test("interlaced PNGs: 8 bits are read, fewer refused", async () => {
  // The passes of Adam7 that 4 × 4 pixels have: the first, fourth, fifth, sixth and seventh.
  const about: Png = { width: 4, height: 4, depth: 8, colour: 0, interlaced: true };
  const passes = [[0], [2], [8, 10], [1, 3], [9, 11], [4, 5, 6, 7], [12, 13, 14, 15]];
  const { rgb } = await read(png(about, passes));
  expect([...rgb.filter((_, i) => i % 3 === 0)]).toEqual(Array.from({ length: 16 }, (_, i) => i));
  await expect(read(png({ ...about, depth: 2 }, passes))).rejects.toThrow(
    "picture: it is an interlaced PNG of 2 bits a pixel; save it without interlacing",
  );
});

const segment = (marker: number, bytes: number[]) => {
  const length = bytes.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...bytes];
};
const behindStart = (jpeg: Uint8Array, bytes: number[]) =>
  Uint8Array.from([...jpeg.subarray(0, 2), ...bytes, ...jpeg.subarray(2)]);
const tiff = (orientation: number, little: boolean) => {
  const short = (value: number) => (little ? [value, 0] : [0, value]);
  const long = (value: number) => (little ? [value, 0, 0, 0] : [0, 0, 0, value]);
  // The two entries are the tags 0x010f (maker) and 0x0112 (orientation).
  const tag = (low: number) => (little ? [low, 1] : [1, low]);
  const maker = [...tag(0x0f), ...short(2), ...long(4), 65, 66, 67, 0];
  const turn = [...tag(0x12), ...short(3), ...long(1), ...short(orientation), 0, 0];
  const order = little ? [0x49, 0x49] : [0x4d, 0x4d];
  return [...order, ...short(42), ...long(8), ...short(2), ...maker, ...turn, ...long(0)];
};
const exif = (orientation: number, little: boolean) =>
  segment(0xe1, [...Buffer.from("Exif\0\0"), ...tiff(orientation, little)]);

/** `corners` are the stored corners that are seen at top left, top right, bottom left and bottom right. */
const turns: [orientation: number, corners: string][] = [
  [1, "0123"],
  [2, "1032"],
  [3, "3210"],
  [4, "2301"],
  [5, "0213"],
  [6, "2031"],
  [7, "3120"],
  [8, "1302"],
];
describe.each(turns)("orientation %i", (orientation, corners) => {
  const [width, height] = [32, 16];
  const level = (x: number, y: number) => 80 * (Number(x >= 16) + 2 * Number(y >= 8));
  const seen = (rgb: Uint8Array, wide: number, high: number) =>
    [0, wide - 1, wide * (high - 1), wide * high - 1]
      .map((pixel) => Math.round(rgb[3 * pixel] / 80))
      .join("");
  const size = orientation < 5 ? [32, 16] : [16, 32];

  test.each([true, false])("of a JPEG, little-endian %s", async (little) => {
    const data = new Uint8Array(4 * width * height);
    for (let i = 0; i < width * height; i++)
      data.fill(level(i % width, Math.floor(i / width)), 4 * i, 4 * i + 3);
    const jpeg = encodeJpeg({ width, height, data }, 95).data;
    const got = await read(behindStart(jpeg, exif(orientation, little)));
    expect([got.width, got.height]).toEqual(size);
    expect(seen(got.rgb, got.width, got.height)).toBe(corners);
  });

  test("of a PNG", async () => {
    const rows = Array.from({ length: height }, (_, y) =>
      Array.from({ length: width }, (_, x) => level(x, y)),
    );
    const chunks: Png["chunks"] = [["eXIf", tiff(orientation, false)]];
    const got = await read(png({ width, height, depth: 8, colour: 0, chunks }, rows));
    expect([got.width, got.height]).toEqual(size);
    expect(seen(got.rgb, got.width, got.height)).toBe(corners);
  });
});

test("broken EXIF data leave a picture as it is stored", async () => {
  const jpeg = encodeJpeg({ width: 8, height: 8, data: new Uint8Array(256).fill(99) }, 95).data;
  for (const cut of [6, 9, 13, 17, 30]) {
    const bytes = [...Buffer.from("Exif\0\0"), ...tiff(6, true)].slice(0, cut);
    expect((await read(behindStart(jpeg, segment(0xe1, bytes)))).width).toBe(8);
  }
});

/** A grey picture in a colour JPEG. Each block has two codes of one bit, so that large pictures need few bytes. */
function flatJpeg(width: number, height: number, { channels = 3, bits = 8, frame = 0xc0 } = {}) {
  const names = Array.from({ length: channels }, (_, i) => i + 1);
  const code = [1, ...Array(15).fill(0), 0];
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const head = [
    ...[0xff, 0xd8],
    ...segment(0xdb, [0, ...Array(64).fill(1)]),
    ...segment(frame, [bits, ...size, channels, ...names.flatMap((name) => [name, 0x11, 0])]),
    ...segment(0xc4, [0, ...code]),
    ...segment(0xc4, [0x10, ...code]),
    ...segment(0xda, [channels, ...names.flatMap((name) => [name, 0]), 0, 63, 0]),
  ];
  const blocks = channels * Math.ceil(width / 8) * Math.ceil(height / 8);
  return Buffer.concat([
    Buffer.from(head),
    Buffer.alloc(Math.ceil(blocks / 4)),
    Buffer.of(0xff, 0xd9),
  ]);
}

test("a JPEG of 27 megapixels is read", { timeout: 240_000 }, async () => {
  const { width, height, rgb } = await read(flatJpeg(5200, 5200));
  expect([width, height]).toEqual([64, 64]);
  expect(rgb.every((value) => value === 128)).toBe(true);
});

test("a progressive JPEG is read", async () => {
  const { width, height, rgb } = await read(Buffer.from(progressive, "base64"));
  expect([width, height]).toEqual([16, 16]);
  [0, 15, 240, 255].forEach((pixel, i) => {
    const want = [i % 2 === 0 ? 230 : 20, i < 2 ? 200 : 30, 90];
    want.forEach((value, c) => {
      expect(Math.abs(rgb[3 * pixel + c] - value)).toBeLessThan(12);
    });
  });
});

test("a JPEG of four inks is read where Adobe's marker says how they are stored", async () => {
  const { rgb } = await read(Buffer.from(inks, "base64"));
  const want = [0, 30, 27].map((ink) => (255 - ink) * (1 - 4 / 255));
  want.forEach((value, c) => {
    expect(Math.abs(rgb[c] - value)).toBeLessThan(4);
  });
});

test("a JPEG of red, green and blue is not taken for YCbCr", async () => {
  const data = new Uint8Array(4 * 64).map((_, i) => [255, 0, 0, 255][i % 4]);
  const stored = [76, 85, 255]; // Y, Cb and Cr of red
  const jpeg = encodeJpeg({ width: 8, height: 8, data }, 95).data;
  const adobe = segment(0xee, [...Buffer.from("Adobe"), 0, 100, 0, 0, 0, 0, 0]);
  const { rgb } = await read(behindStart(jpeg, adobe));
  stored.forEach((value, c) => {
    expect(Math.abs(rgb[c] - value)).toBeLessThan(4);
  });
});

test.each<[string, () => Uint8Array, string]>([
  ["a JPEG", () => flatJpeg(12000, 9000), "is 12000 × 9000 (108 megapixels); at most 100"],
  [
    "a PNG",
    () => png({ width: 12000, height: 9000, depth: 1, colour: 0 }, []),
    "is 12000 × 9000 (108 megapixels); at most 100",
  ],
  ["a JPEG of 12 bits", () => flatJpeg(8, 8, { bits: 12 }), "a JPEG of 12 bits a sample"],
  ["a lossless JPEG", () => flatJpeg(8, 8, { frame: 0xc3 }), "lossless or arithmetic-coded"],
  [
    "inks without a marker",
    () => flatJpeg(8, 8, { channels: 4 }),
    "four inks (CMYK) without Adobe",
  ],
  ["two channels", () => flatJpeg(8, 8, { channels: 2 }), "a JPEG of 2 channels; save it as RGB"],
  ["a JPEG cut off", () => flatJpeg(64, 64).subarray(0, 170), "it is broken, or cut off ("],
  ["a JPEG of nothing", () => flatJpeg(8, 8).subarray(0, 2), "there is no picture in it"],
  ["a PNG cut off", () => bytesOf(dataUrl(picture)).subarray(0, 90), "it is broken, or cut off ("],
  ["a PNG's beginning", () => bytesOf(dataUrl(picture)).subarray(0, 20), "its header is cut off"],
])("%s is refused in our words, the file named", async (_, bytes, problem) => {
  const message = await read(bytes()).catch((error: Error) => error.message);
  expect(message).toContain(`cannot read the picture ${join(folder, "picture")}: `);
  expect(message).toContain(problem);
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
