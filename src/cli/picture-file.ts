import { readFile } from "node:fs/promises";
import { encode as encodePng } from "fast-png";
import type { Picture } from "../experiments/pictures.js";
import { decodeJpeg, isJpeg } from "./decode-jpeg.js";
import { decodePng, isPng } from "./decode-png.js";
import { reasonOf } from "./files.js";
import type { Raster } from "./raster.js";

/**
 * Reads a PNG or JPEG file of up to 100 megapixels and turns it as its EXIF data say. If necessary, shrinks it to
 * `side` pixels on its longer side. Both sides are multiples of 4. Throws Error, naming the file, if it cannot be read.
 */
export async function readPicture(file: string, side: number): Promise<Picture> {
  try {
    return shrink(decode(await readFile(file)), side);
  } catch (cause) {
    throw new Error(`cannot read the picture ${file}: ${reasonOf(cause)}`, { cause });
  }
}

function decode(bytes: Uint8Array): Raster {
  if (isJpeg(bytes)) return decodeJpeg(bytes);
  if (isPng(bytes)) return decodePng(bytes);
  throw new Error("it is neither PNG nor JPEG");
}

/** Each new pixel is the mean of the pixels it covers. */
function shrink({ width, height, at }: Raster, side: number): Picture {
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
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) sum += at(x, y, i % 3);
    out[i] = Math.round(sum / ((bottom - top) * (right - left)));
  }
  return { width: w, height: h, rgb: out };
}

/** The picture as an address for `src`, with the PNG inside it. */
export function dataUrl({ width, height, rgb }: Picture): string {
  const png = encodePng({ width, height, data: rgb, channels: 3, depth: 8 });
  return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
}
