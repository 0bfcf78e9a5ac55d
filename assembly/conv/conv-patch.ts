import { ConvPlan } from "./conv-plan";

/**
 * The patch of images n0 … n0 + images, lattice rows y0 … y0 + height and channels c0 … c0 + channels of a group:
 * patch[image][channel][row][x mod sx][x / sx], with zeros outside the image. A direct plan needs no patch: it gets the
 * address inside the image.
 */
export function readPatch(
  patch: usize,
  image: usize,
  plan: ConvPlan,
  group: i32,
  n0: i32,
  images: i32,
  y0: i32,
  height: i32,
  c0: i32,
  channels: i32,
): usize {
  const imageHeight = plan.imageHeight;
  const imageWidth = plan.imageWidth;
  const perImage = plan.groups * plan.channels;
  const first = n0 * perImage + group * plan.channels + c0;
  const top = y0 * plan.stepY + plan.originY;
  const left = plan.originX;
  const plane = imageHeight * imageWidth;
  if (plan.direct) {
    return image + ((<usize>first * plane + top * imageWidth + left) << 2);
  }
  const rows = (height - 1) * plan.stepY + 1 + plan.spanY;
  const step = plan.stepX;
  const width = plan.phasePitch;
  const pitch = (<usize>(width * step)) << 2;
  const imagePitch = plan.imagePitch;
  const channelPitch = plan.channelPitch;
  const y0Inside = max(0, top);
  const y1Inside = min(imageHeight, top + rows);
  // All of the patch is cleared first. One loop nest without calls then copies what lies inside: three calls a row took
  // half of the time for small images, whose rows are four to eight pixels.
  memory.fill(patch, 0, (<usize>(images * imagePitch)) << 2);
  for (let phase = 0; phase < step; phase++) {
    // Columns begin … end lie inside the image; column j is image column from + j·step.
    const from = left + phase;
    const begin = from < 0 ? (step - 1 - from) / step : 0;
    const n = min(width, (imageWidth - from + step - 1) / step) - begin;
    const firstInside = from + begin * step;
    // How many of n elements may be read four at a time. With step 2 a read takes eight floats, and seven of them are
    // needed.
    const whole =
      step === 1 ? n & ~3 : step === 2 ? min(n, (imageWidth - firstInside) / 2) & ~3 : 0;
    for (let i = 0; i < images; i++) {
      for (let c = 0; c < channels; c++) {
        const plane0 = (first + i * perImage + c) * plane + y0Inside * imageWidth + firstInside;
        let src = image + ((<usize>plane0) << 2);
        const row0 = i * imagePitch + c * channelPitch + phase * width + begin;
        let dst = patch + ((<usize>row0) << 2) + <usize>(y0Inside - top) * pitch;
        for (let y = y0Inside; y < y1Inside; y++, dst += pitch, src += (<usize>imageWidth) << 2) {
          let j = 0;
          // dst[j] = src[j·step]
          if (step === 1) {
            for (; j < whole; j += 4) {
              const o = (<usize>j) << 2;
              v128.store(dst + o, v128.load(src + o));
            }
          } else {
            for (; j < whole; j += 4) {
              v128.store(dst + ((<usize>j) << 2), evenLanes(src + ((<usize>j) << 3)));
            }
          }
          for (; j < n; j++) {
            store<f32>(dst + ((<usize>j) << 2), load<f32>(src + ((<usize>(j * step)) << 2)));
          }
        }
      }
    }
  }
  return patch;
}

/** p[0], p[2], p[4], p[6] */
function evenLanes(p: usize): v128 {
  return v128.shuffle<i32>(v128.load(p), v128.load(p, 16), 0, 2, 4, 6);
}
