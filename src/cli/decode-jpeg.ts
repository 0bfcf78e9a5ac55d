import { decode } from "jpeg-js";
import { checkSize, decoding, orientationOf, type Raster, upright } from "./raster.js";

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;

/**
 * Reads a baseline or progressive JPEG in its right orientation. Throws if the decoder cannot read it, or would read it
 * wrongly.
 */
export function decodeJpeg(bytes: Uint8Array): Raster {
  const { frame, adobe, orientation } = headerOf(bytes);
  checkFrame(frame, adobe);
  const { width, height, data } = decoding(() =>
    decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      // the decoder keeps at least 21 bytes a pixel: its usual limit of 512 MB is reached with 25 megapixels
      maxMemoryUsageInMB: 4096,
      // without this the decoder reads every picture of three channels as YCbCr
      colorTransform: isRgb(frame, adobe) ? false : undefined,
    }),
  );
  const at = (x: number, y: number, c: number) => data[3 * (y * width + x) + c];
  return upright({ width, height, at }, orientation);
}

interface Header {
  /** The start of frame: precision, height, width, and for each channel a name and two more bytes. */
  frame: Uint8Array;
  /** The colour transform in Adobe's marker; null if there is no marker. */
  adobe: number | null;
  orientation: number;
}

function headerOf(bytes: Uint8Array): Header {
  let frame: Uint8Array | undefined;
  let [adobe, orientation]: [number | null, number] = [null, 1];
  for (const [marker, segment] of segments(bytes)) {
    if (marker === 0xee && text(segment.subarray(0, 5)) === "Adobe") adobe = segment[11];
    if (marker === 0xe1 && text(segment.subarray(0, 6)) === "Exif\0\0")
      orientation = orientationOf(segment.subarray(6));
    if (marker < 0xc0 || marker > 0xcf || NO_FRAME.has(marker)) continue;
    if (marker > 0xc2)
      throw new Error("it is a lossless or arithmetic-coded JPEG; save it as a baseline one");
    frame = segment;
  }
  if (!frame) throw new Error("it is a broken JPEG: there is no picture in it");
  return { frame, adobe, orientation };
}

function checkFrame([bits, high, low, wide, thin, channels]: Uint8Array, adobe: number | null) {
  checkSize(256 * wide + thin, 256 * high + low);
  if (bits !== 8) throw new Error(`it is a JPEG of ${bits} bits a sample; save it with 8`);
  if (channels === 4 && adobe === null)
    throw new Error("it is a JPEG of four inks (CMYK) without Adobe's marker; save it as RGB");
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new Error(`it is a JPEG of ${channels} channels; save it as RGB`);
}

const isRgb = (frame: Uint8Array, adobe: number | null): boolean =>
  frame[5] === 3 &&
  (adobe === null ? text(frame.filter((_, i) => i % 3 === 0 && i > 3)) === "RGB" : adobe === 0);

/**
 * Markers in the range of frames that are no frames: tables of Huffman codes and arithmetic codes, and a reserved
 * number.
 */
const NO_FRAME = new Set([0xc4, 0xc8, 0xcc]);

const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** The segments before the pixels, up to the first scan. */
function* segments(bytes: Uint8Array): Generator<[marker: number, segment: Uint8Array]> {
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return;
    const marker = bytes[at + 1];
    if (marker === 0xff)
      at++; // skips a fill byte
    else {
      if (marker === 0xda) return;
      const end = at + 2 + 256 * bytes[at + 2] + bytes[at + 3];
      yield [marker, bytes.subarray(at + 4, end)];
      at = end;
    }
  }
}
