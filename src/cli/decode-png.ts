import { type DecodedPng, decode, hasPngSignature } from "fast-png";
import { checkSize, decoding, orientationOf, type Raster, upright } from "./raster.js";

export const isPng = (bytes: Uint8Array): boolean => hasPngSignature(bytes);

/** Places in the chunk IHDR, which comes first. Its data begin at byte 16. */
const [WIDTH, HEIGHT, DEPTH, COLOUR, INTERLACED] = [16, 20, 24, 25, 28];
const INDEXED = 3;

/**
 * Reads a PNG of any colour type and depth, without its transparency. Throws if the decoder cannot read it, or would
 * read it wrongly.
 */
export function decodePng(bytes: Uint8Array): Raster {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length <= INTERLACED) throw new Error("it is a broken PNG: its header is cut off");
  checkSize(view.getUint32(WIDTH), view.getUint32(HEIGHT));
  const depth = bytes[DEPTH];
  if (bytes[INTERLACED] !== 0 && depth < 8)
    throw new Error(
      `it is an interlaced PNG of ${depth} bits a pixel; save it without interlacing`,
    );
  const png = decoding(() => decode(bytes));
  const { width, height } = png;
  const sample = depth < 8 ? packed(png) : samples(png);
  // a picture in full colour may contain a palette too, for screens with few colours
  const at = bytes[COLOUR] === INDEXED ? fromPalette(png, sample) : sample;
  return upright({ width, height, at }, orientationIn(bytes, view));
}

/** Reads samples of 8 or 16 bits. One channel, or one channel and transparency, is grey. */
function samples({ width, data, channels, depth }: DecodedPng): Raster["at"] {
  const shift = depth === 16 ? 8 : 0;
  return (x, y, c) => data[channels * (y * width + x) + (channels < 3 ? 0 : c)] >> shift;
}

/**
 * Reads samples of 1, 2 or 4 bits. The first sample is in the high bits, and each row starts at a new byte. Grey values
 * go up to 255.
 */
function packed({ width, data, depth, palette }: DecodedPng): Raster["at"] {
  const pitch = Math.ceil((width * depth) / 8);
  const most = 2 ** depth - 1;
  const unit = palette ? 1 : 255 / most;
  return (x, y) => {
    const bit = x * depth;
    return ((data[y * pitch + (bit >> 3)] >> (8 - depth - (bit & 7))) & most) * unit;
  };
}

function fromPalette({ palette = [] }: DecodedPng, index: Raster["at"]): Raster["at"] {
  return (x, y, c) => {
    const colour = palette[index(x, y, 0)];
    if (!colour) throw new Error("it is a broken PNG: a colour is missing in its palette");
    return colour[c];
  };
}

/** The orientation in the chunk eXIf. */
function orientationIn(bytes: Uint8Array, view: DataView): number {
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const data = bytes.subarray(at + 8, at + 8 + view.getUint32(at));
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === "eXIf")
      return orientationOf(data);
  }
  return 1;
}
