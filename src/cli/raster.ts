/** A picture as a decoder leaves it, to be read and then let go. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Red, green or blue (c 0, 1, 2) of column x, row y: 0 to 255. */
  at(x: number, y: number, c: number): number;
}

const MEGAPIXELS = 100;

/** Refuses pictures whose pixels would fill the memory, before they are decoded. */
export function checkSize(width: number, height: number): void {
  if (width * height <= 1e6 * MEGAPIXELS) return;
  const megapixels = Math.ceil((width * height) / 1e6);
  throw new RangeError(
    `the picture is ${width} × ${height} (${megapixels} megapixels); at most ${MEGAPIXELS}`,
  );
}

/** A decoder's own words come behind what they mean. */
export function decoding<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    const words = cause instanceof Error ? cause.message.replace(/:$/, "") : String(cause);
    throw new Error(`it is broken, or cut off (${words})`, { cause });
  }
}

/** EXIF's orientations: how column and row as stored move with column and row as seen, [xx, xy, yx, yy]. */
const TURNS: Record<number, readonly [number, number, number, number]> = {
  2: [-1, 0, 0, 1],
  3: [-1, 0, 0, -1],
  4: [1, 0, 0, -1],
  5: [0, 1, 1, 0],
  6: [0, 1, -1, 0],
  7: [0, -1, -1, 0],
  8: [0, -1, 1, 0],
};

/** The picture as the camera was held: cameras store what the sensor saw, and beside it how to turn it. */
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

/** The orientation in EXIF data, which is a TIFF file (TIFF 6.0, tag 274); 1, as stored, where it has none or is broken. */
export function orientationOf(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const little = view.getUint16(0) === 0x4949;
    const first = view.getUint32(4, little);
    const count = view.getUint16(first, little);
    for (let entry = first + 2; entry < first + 2 + 12 * count; entry += 12)
      if (view.getUint16(entry, little) === 274) return view.getUint16(entry + 8, little);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // an offset beyond the end
  }
  return 1;
}
