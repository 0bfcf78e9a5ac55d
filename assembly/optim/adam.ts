import { flush, LEAST_NORMAL, loadLanes, loadTail, madd, storeLanes, storeTail } from "../lib/simd";

/**
 * One pass of torch.optim.Adam (arXiv 1412.6980): p ·= keepRate (AdamW's 1 − lr·weightDecay, arXiv 1711.05101; else 1);
 * g += weightDecay·p; m = β1·m + (1 − β1)·g; v = β2·v + (1 − β2)·g²; p −= stepSize·m / (√v / correction + eps), with
 * stepSize = lr / (1 − β1^t) and correction = √(1 − β2^t).
 * With `largest` (amsgrad, Reddi et al. 2018; else 0) the largest v so far stands in its place. With `hidden`, eps
 * hides squares below the normal numbers, and these count as 0: otherwise gradients of 1e-20 take 10 times as long.
 * Range: elements.
 */
export function adamStep(
  param: usize,
  mean: usize,
  square: usize,
  largest: usize,
  grad: usize,
  keepRate: f32,
  weightDecay: f32,
  beta1: f64,
  beta2: f64,
  stepSize: f32,
  correction: f32,
  eps: f32,
  hidden: i32,
  begin: i32,
  end: i32,
): void {
  const keep = f32x4.splat(keepRate);
  const decay = f32x4.splat(weightDecay);
  const b1 = f32x4.splat(<f32>beta1);
  const b2 = f32x4.splat(<f32>beta2);
  const c1 = f32x4.splat(<f32>(1 - beta1));
  const c2 = f32x4.splat(<f32>(1 - beta2));
  const rate = f32x4.splat(-stepSize);
  const root = f32x4.splat(correction);
  const least = f32x4.splat(eps);
  const visible = f32x4.splat(hidden ? sqrt<f32>(LEAST_NORMAL / <f32>(1 - beta2)) : 0);
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    const p = f32x4.mul(v128.load(param + o), keep);
    const g = madd(decay, p, v128.load(grad + o));
    const most = largest !== 0 ? largest + o : 0;
    const way = moments<v128>(
      mean + o,
      square + o,
      most,
      g,
      4,
      b1,
      b2,
      c1,
      c2,
      root,
      least,
      visible,
    );
    v128.store(param + o, f32x4.add(p, f32x4.mul(rate, way)));
  }
  if (i < end) {
    const o = (<usize>i) << 2;
    const n = end - i;
    const p = f32x4.mul(loadTail(param + o, n), keep);
    const g = madd(decay, p, loadTail(grad + o, n));
    const most = largest !== 0 ? largest + o : 0;
    const way = moments<f32>(
      mean + o,
      square + o,
      most,
      g,
      n,
      b1,
      b2,
      c1,
      c2,
      root,
      least,
      visible,
    );
    storeTail(param + o, f32x4.add(p, f32x4.mul(rate, way)), n);
  }
}

/** Brings the moments up to date and returns m / (√v / correction + eps). */
function moments<T>(
  mean: usize,
  square: usize,
  largest: usize,
  g: v128,
  n: i32,
  b1: v128,
  b2: v128,
  c1: v128,
  c2: v128,
  root: v128,
  least: v128,
  visible: v128,
): v128 {
  const m = madd(b1, loadLanes<T>(mean, n), f32x4.mul(c1, g));
  const large = flush(g, visible);
  let v = madd(b2, loadLanes<T>(square, n), f32x4.mul(c2, f32x4.mul(large, large)));
  storeLanes<T>(mean, m, n);
  storeLanes<T>(square, v, n);
  if (largest !== 0) {
    v = f32x4.max(v, loadLanes<T>(largest, n));
    storeLanes<T>(largest, v, n);
  }
  return f32x4.div(m, f32x4.add(f32x4.div(f32x4.sqrt(v), root), least));
}
