import { readFile } from "node:fs/promises";
import { decode as decodePng, encode as encodePng, hasPngSignature } from "fast-png";
import { decode as decodeJpeg } from "jpeg-js";
import { Picture } from "../experiments/pictures.js";
import { reasonOf } from "./files.js";

/** Reads a PNG or JPEG file and shrinks it, if need be, to `side` pixels on its longer side, both sides multiples of 4. */
export async function readPicture(file: string, side: number): Promise<Picture> {
  try {
    return shrink(decode(await readFile(file)), side);
  } catch (cause) {
    throw new Error(`cannot read the picture ${file}: ${reasonOf(cause)}`, { cause });
  }
}

function decode(bytes: Uint8Array): Picture {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    const { width, height, data } = decodeJpeg(bytes, { useTArray: true, formatAsRGBA: false });
    return new Picture(width, height, data);
  }
  if (!hasPngSignature(bytes)) throw new Error("it is neither PNG nor JPEG");
  const { width, height, data, channels, depth, palette } = decodePng(bytes);
  const rgb = new Uint8Array(3 * width * height);
  const level = (value: number) => (depth === 16 ? value >> 8 : value);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      if (palette) rgb[3 * i + c] = palette[data[i]][c];
      else rgb[3 * i + c] = level(data[channels * i + (channels < 3 ? 0 : c)]);
    }
  }
  return new Picture(width, height, rgb);
}

/** Each new pixel is the mean of those it covers. */
function shrink({ width, height, rgb }: Picture, side: number): Picture {
  const scale = Math.min(1, side / Math.max(width, height));
  const [w, h] = [width, height].map((length) => Math.floor((length * scale) / 4) * 4);
  if (w < 4 || h < 4) throw new Error(`${width} × ${height} pixels are too few`);
  const out = new Uint8Array(3 * w * h);
  const range = (i: number, count: number, from: number) => {
    const begin = Math.floor((i * from) / count);
    return [begin, Math.max(begin + 1, Math.floor(((i + 1) * from) / count))];
  };
  for (let i = 0; i < 3 * w * h; i++) {
    const pixel = Math.floor(i / 3);
    const [top, bottom] = range(Math.floor(pixel / w), h, height);
    const [left, right] = range(pixel % w, w, width);
    let sum = 0;
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) sum += rgb[3 * (y * width + x) + (i % 3)];
    out[i] = Math.round(sum / ((bottom - top) * (right - left)));
  }
  return new Picture(w, h, out);
}

/** For `src`: the picture as PNG, in the address itself. */
export function dataUrl({ width, height, rgb }: Picture): string {
  const png = encodePng({ width, height, data: rgb, channels: 3, depth: 8 });
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}
