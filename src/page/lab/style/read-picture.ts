import type { Picture } from "../../../experiments/pictures.js";

/** The longer side of a picture after it was shrunk, and the least of the shorter one, in pixels. */
export const LONGEST = 160;
export const SHORTEST = 48;
/** The largest file, in bytes, and the most pixels. */
export const MOST_BYTES = 50e6;
const MOST_PIXELS = 100e6;

/** Why a file is refused, by the key of the sentence that says so. */
export class PictureRefusal extends Error {
  override name = "PictureRefusal";
  constructor(readonly why: "unreadable" | "huge" | "narrow") {
    super(why);
  }
}

/** The sides of a picture as it is used: multiples of 4, the longer one at most LONGEST. */
export function sidesOf(width: number, height: number): [number, number] {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const [w, h] = [width, height].map((side) => Math.floor((side * scale) / 4) * 4);
  if (Math.min(w, h) < SHORTEST) throw new PictureRefusal("narrow");
  return [w, h];
}

/** A picture from a file, decoded by the browser, upright as its EXIF data say, and shrunk. */
export async function readPicture(file: Blob): Promise<Picture> {
  if (file.size > MOST_BYTES) throw new PictureRefusal("huge");
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new PictureRefusal("unreadable");
  }
  try {
    if (bitmap.width * bitmap.height > MOST_PIXELS) throw new PictureRefusal("huge");
    const [width, height] = sidesOf(bitmap.width, bitmap.height);
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new PictureRefusal("unreadable");
    context.fillStyle = "white"; // behind what is transparent
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, width, height);
    return pictureOf(context.getImageData(0, 0, width, height));
  } finally {
    bitmap.close();
  }
}

const pictureOf = ({ width, height, data }: ImageData): Picture => ({
  ...{ width, height },
  rgb: Uint8Array.from(
    { length: 3 * width * height },
    (_, i) => data[4 * Math.floor(i / 3) + (i % 3)],
  ),
});

/** A picture as a canvas takes it. */
export function imageOf({ width, height, rgb }: Picture): ImageData {
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = rgb[3 * i + c];
    image.data[4 * i + 3] = 255;
  }
  return image;
}
