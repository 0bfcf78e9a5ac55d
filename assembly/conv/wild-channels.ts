import { TileVerdict } from "../lib/codes";
import { greater, loadTail, max4, sum4 } from "../lib/simd";
import { HUGE } from "./winograd-kind";

/**
 * wild[channel] of planes [images, channels, plane] is a TileVerdict. A channel is wild where fewer than about 8 values
 * make up its sum of |x|, or where that sum is not finite. A tap of the gradient of a filter may see none of so few.
 * Item = channel.
 */
export function wildChannels(
  wild: usize,
  planes: usize,
  images: i32,
  channels: i32,
  plane: i32,
  begin: i32,
  end: i32,
): void {
  for (let c = begin; c < end; c++) {
    let sum: v128 = f32x4.splat(0);
    let most = sum;
    let right = sum;
    let rightMost = sum;
    for (let n = 0; n < images; n++) {
      let p = planes + ((<usize>((n * channels + c) * plane)) << 2);
      let left = plane;
      for (; left >= 8; left -= 8, p += 32) {
        const a = f32x4.abs(v128.load(p));
        const b = f32x4.abs(v128.load(p, 16));
        sum = f32x4.add(sum, a);
        most = greater(most, a);
        right = f32x4.add(right, b);
        rightMost = greater(rightMost, b);
      }
      for (; left > 0; left -= 4, p += 16) {
        const a = f32x4.abs(left >= 4 ? v128.load(p) : loadTail(p, left));
        sum = f32x4.add(sum, a);
        most = greater(most, a);
      }
    }
    const greatest = max4(greater(most, rightMost));
    const tame = greatest < HUGE && <f32>8 * greatest <= sum4(f32x4.add(sum, right));
    store<f32>(wild + ((<usize>c) << 2), <f32>(tame ? TileVerdict.tame : TileVerdict.wild));
  }
}
