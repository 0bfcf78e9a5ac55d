// Where Winograd would leak. It mixes all inputs of a tile: an output is off by some ulp of the greatest of them, even
// of one that it does not see. That is little as long as what each output sees weighs about as much. A tile where it
// does not is wild, and is computed by plain sums.

import { TileVerdict, WinogradKind } from "../lib/codes";
import { greater, max4 } from "../lib/simd";
import { HUGE, inputsOf, sideOf, stepOf } from "./winograd-kind";
import { WinogradPlan } from "./winograd-plan";

/** verdicts[tile], from the levels. Item = a row of tiles. */
export function winogradJudge(
  verdicts: usize,
  levels: usize,
  plan: WinogradPlan,
  begin: i32,
  end: i32,
): void {
  const side = sideOf(plan.kind);
  const across = plan.across;
  const step = stepOf(plan.kind);
  const apart = plan.levelPlane * plan.images;
  for (let item = begin; item < end; item++) {
    const n = item / plan.down;
    const band = item - n * plan.down;
    let sums = levels + plan.levelPlane * n + plan.levelPitch * (band * step);
    let to = verdicts + ((<usize>(item * across)) << 2);
    for (let t = 0; t < across; t++, sums += (<usize>step) << 2, to += 4) {
      const rows = min(side, plan.outHeight - band * side);
      const columns = min(side, plan.outWidth - t * side);
      const verdict = judge(plan, sums, apart, rows, columns);
      store<f32>(to, <f32>verdict);
    }
  }
}

/**
 * The verdict on one tile. Its sums start at `sums`, its maxima `apart` bytes later; rows×columns of its outputs lie
 * inside.
 */
function judge(plan: WinogradPlan, sums: usize, apart: usize, rows: i32, columns: i32): i32 {
  const kind = plan.kind;
  const pitch = plan.levelPitch;
  const strided = kind === WinogradKind.strided;
  const inputs = inputsOf(kind);
  const last = (<usize>(inputs - 4)) << 2;
  let most4: v128 = f32x4.splat(0);
  for (let y = 0, m = sums + apart; y < inputs; y++, m += pitch) {
    most4 = greater(most4, greater(v128.load(m), v128.load(m + last)));
    if (strided) most4 = greater(most4, v128.load(m, 16));
  }
  const most = max4(most4);
  if (most === 0) return TileVerdict.tame;
  if (!(most < HUGE)) return TileVerdict.wild;

  // Ordinary tiles are found quickly, without a look at each output: 0.5 ns a pixel instead of 2 ns. An output sees at
  // least four of the inputs inside the tile's border, and at most nine sums of `channels` values. The test is the one
  // below, with 1 % for the rounding of the sums.
  const share: f32 = kind === WinogradKind.plain ? 0.4 : strided ? 0.3 : 0.2;
  if (kind < WinogradKind.subpixel) {
    let inner: v128 = f32x4.splat(Infinity);
    for (let y = 1, s = sums + pitch; y < inputs - 1; y++, s += pitch) {
      inner = i32x4.min_s(inner, v128.load(s, 4));
      if (strided) inner = i32x4.min_s(inner, v128.load(s, 16));
    }
    const enough = most * max<f32>(<f32>2.2, 3 * share * sqrt(<f32>plan.channels));
    const little = f32x4.lt(f32x4.mul(inner, f32x4.splat(3.96)), f32x4.splat(enough));
    if (!v128.any_true(little)) return TileVerdict.tame;
  }

  // The greatest and the least of what the outputs see. In a transposed convolution only outputs of all four outer taps
  // count: the others mix no more than a row or a column.
  const odd = kind & 1;
  if (kind >= WinogradKind.subpixel) {
    rows = max(1, (rows + 1 - odd) >> 1);
    columns = max(1, (columns + 1 - odd) >> 1);
  }
  const none = f32x4.splat(0);
  const inside = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(columns));
  const taps = kind >= WinogradKind.subpixel ? 2 : 3;
  const end = strided ? 2 * rows + 1 : rows + taps - 1;
  let least: v128 = f32x4.splat(Infinity);
  let greatest = none;
  let zeros = none;
  let bits = 0;
  let at = 0;
  let above = none;
  let before = none;
  let mostAbove = none;
  let mostBefore = none;
  let few = none;
  for (let y = 1; y <= end; y++, sums += pitch) {
    let row = f32x4.add(v128.load(sums), v128.load(sums, 4));
    let mostOfRow = greater(v128.load(sums + apart), v128.load(sums + apart, 4));
    if (taps === 3) {
      row = f32x4.add(row, v128.load(sums, 8));
      mostOfRow = greater(mostOfRow, v128.load(sums + apart, 8));
    }
    if (strided) {
      const right = f32x4.add(
        f32x4.add(v128.load(sums, 16), v128.load(sums, 20)),
        v128.load(sums, 24),
      );
      row = v128.shuffle<i32>(row, right, 0, 2, 4, 6);
      const mostRight = greater(
        greater(v128.load(sums + apart, 16), v128.load(sums + apart, 20)),
        v128.load(sums + apart, 24),
      );
      mostOfRow = v128.shuffle<i32>(mostOfRow, mostRight, 0, 2, 4, 6);
    }
    if (y >= taps && (!strided || y & 1)) {
      let seen = f32x4.add(before, row);
      if (taps === 3) seen = f32x4.add(above, seen);
      greatest = greater(greatest, seen);
      const zero = v128.and(inside, f32x4.eq(seen, none));
      zeros = v128.or(zeros, zero);
      bits |= i32x4.bitmask(zero) << at;
      at += 4;
      const counts = v128.andnot(inside, zero);
      const mostSeen = greater(greater(mostAbove, mostBefore), mostOfRow);
      const little = f32x4.lt(seen, f32x4.mul(f32x4.splat(2.2), mostSeen));
      few = v128.or(few, v128.and(counts, little));
      least = i32x4.min_s(least, v128.bitselect(seen, f32x4.splat(Infinity), counts));
    }
    if (taps === 2) {
      // An output of a middle tap sees two inputs of one row, or of one column.
      const column = v128.load(sums + (odd ? 0 : 4));
      const pair = f32x4.eq(f32x4.add(above, column), none);
      if (y > 1) zeros = v128.or(zeros, v128.and(inside, pair));
      if (odd ? y <= rows : y > 1) zeros = v128.or(zeros, v128.and(inside, f32x4.eq(row, none)));
      above = column;
    } else above = before;
    before = row;
    if (taps === 3) mostAbove = mostBefore;
    mostBefore = mostOfRow;
  }
  // With values of one size, n of them in what an output sees and m in the tile, the error is √m ulp of n. With fewer
  // than three values, their weights may be small too.
  const enough = max<f32>(<f32>0.3 * most, share * sqrt(most) * sqrt(max4(greatest)));
  few = v128.or(few, f32x4.lt(least, f32x4.splat(enough)));
  if (v128.any_true(few)) return TileVerdict.wild;
  if (!v128.any_true(zeros)) return TileVerdict.tame;
  return TileVerdict.withZeros + (taps === 3 ? bits : 0);
}
