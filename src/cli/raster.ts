/** A decoded picture. It is read once and then dropped. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** The red, green or blue value (c = 0, 1, 2) of column x and row y, from 0 to 255. */
  at(x: number, y: number, c: number): number;
}

const MEGAPIXELS = 100;

/** Refuses a picture before decoding if its pixels would fill the memory. */
export function checkSize(width: number, height: number): void {
  if (width * height <= 1e6 * MEGAPIXELS) return;
  const megapixels = Math.ceil((width * height) / 1e6);
  throw new RangeError(
    `the picture is ${width} × ${height} (${megapixels} megapixels); at most ${MEGAPIXELS}`,
  );
}

/** Runs a decoder. Its error gets a plain explanation, with the decoder's own words after it. */
export function decoding<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    const words = cause instanceof Error ? cause.message.replace(/:$/, "") : String(cause);
    throw new Error(`it is broken, or cut off (${words})`, { cause });
  }
}

/** The orientations of EXIF. [xx, xy, yx, yy] says how stored column and row move with seen column and row. */
const TURNS: Record<number, readonly [number, number, number, number]> = {
  2: [-1, 0, 0, 1],
  3: [-1, 0, 0, -1],
  4: [1, 0, 0, -1],
  5: [0, 1, 1, 0],
  6: [0, 1, -1, 0],
  7: [0, -1, -1, 0],
  8: [0, -1, 1, 0],
};

/** The picture as the camera was held. A camera stores the pixels of its sensor, and separately how to turn them. */
export function upright(raster: Raster, orientation: number): Raster {
  const turn = TURNS[orientation];
  if (!turn) return raster;
  const [xx, xy, yx, yy] = turn;
  const left = xx + xy < 0 ? raster.width - 1 : 0;
  const top = yx + yy < 0 ? raster.height - 1 : 0;
  const at: Raster["at"] = (x, y, c) => raster.at(left + xx * x + xy * y, top + yx * x + yy * y, c);
  const [width, height] = xx === 0 ? [raster.height, raster.width] : [raster.width, raster.height];
  return { width, height, at };
}

/** The orientation in EXIF data, which is a TIFF file (TIFF 6.0, tag 274). Missing or broken data give 1: as stored. */
export function orientationOf(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const little = view.getUint16(0) === 0x4949;
    const first = view.getUint32(4, little);
    const count = view.getUint16(first, little);
    for (let entry = first + 2; entry < first + 2 + 12 * count; entry += 12)
      if (view.getUint16(entry, little) === 274) return view.getUint16(entry + 8, little);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // the offset was behind the end
  }
  return 1;
}
