import { loadLanes, madd, storeLanes } from "../lib/simd";

/**
 * One pass of torch.optim.RMSprop: g += weightDecay·p; s = alpha·s + (1 − alpha)·g²; with `mean` (centered)
 * m = alpha·m + (1 − alpha)·g, and s − m² in the place of s below; way = g / (√s + eps), with `velocity` (momentum)
 * v = momentum·v + way in its place; p −= lr·way. An address of 0: not kept. Range: elements.
 */
export function rmspropStep(
  param: usize,
  square: usize,
  mean: usize,
  velocity: usize,
  grad: usize,
  lr: f32,
  alpha: f64,
  eps: f32,
  weightDecay: f32,
  momentum: f32,
  begin: i32,
  end: i32,
): void {
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    move<v128>(param, square, mean, velocity, grad, o, 4, lr, alpha, eps, weightDecay, momentum);
  }
  if (i < end) {
    const o = (<usize>i) << 2;
    const n = end - i;
    move<f32>(param, square, mean, velocity, grad, o, n, lr, alpha, eps, weightDecay, momentum);
  }
}

function move<T>(
  param: usize,
  square: usize,
  mean: usize,
  velocity: usize,
  grad: usize,
  o: usize,
  n: i32,
  lr: f32,
  alpha: f64,
  eps: f32,
  weightDecay: f32,
  momentum: f32,
): void {
  const keep = f32x4.splat(<f32>alpha);
  const add = f32x4.splat(<f32>(1 - alpha));
  const p = loadLanes<T>(param + o, n);
  const g = madd(f32x4.splat(weightDecay), p, loadLanes<T>(grad + o, n));
  let s = madd(keep, loadLanes<T>(square + o, n), f32x4.mul(add, f32x4.mul(g, g)));
  storeLanes<T>(square + o, s, n);
  if (mean !== 0) {
    const m = madd(keep, loadLanes<T>(mean + o, n), f32x4.mul(add, g));
    storeLanes<T>(mean + o, m, n);
    s = f32x4.max(f32x4.sub(s, f32x4.mul(m, m)), f32x4.splat(0)); // rounding may lead below 0
  }
  let way = f32x4.div(g, f32x4.add(f32x4.sqrt(s), f32x4.splat(eps)));
  if (velocity !== 0) {
    way = madd(f32x4.splat(momentum), loadLanes<T>(velocity + o, n), way);
    storeLanes<T>(velocity + o, way, n);
  }
  storeLanes<T>(param + o, madd(f32x4.splat(-lr), way, p), n);
}
