import { loadLanes, madd, storeLanes } from "../lib/simd";

/**
 * One pass of torch.optim.SGD: g += weightDecay·p; velocity = momentum·velocity + (1 − dampening)·g, the first time g
 * itself; p −= lr·(velocity, or with nesterov momentum·velocity + g). velocity 0: plain gradient descent. Range:
 * elements.
 */
export function sgdStep(
  param: usize,
  velocity: usize,
  grad: usize,
  lr: f32,
  momentum: f32,
  dampening: f32,
  weightDecay: f32,
  nesterov: i32,
  first: i32,
  begin: i32,
  end: i32,
): void {
  const rate = f32x4.splat(-lr);
  const decay = f32x4.splat(weightDecay);
  const inertia = f32x4.splat(momentum);
  const fresh = f32x4.splat(1 - dampening);
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    const v = velocity !== 0 ? velocity + o : 0;
    move<v128>(param + o, v, grad + o, 4, rate, inertia, fresh, decay, nesterov, first);
  }
  if (i < end) {
    const o = (<usize>i) << 2;
    const v = velocity !== 0 ? velocity + o : 0;
    move<f32>(param + o, v, grad + o, end - i, rate, inertia, fresh, decay, nesterov, first);
  }
}

function move<T>(
  param: usize,
  velocity: usize,
  grad: usize,
  n: i32,
  rate: v128,
  inertia: v128,
  fresh: v128,
  decay: v128,
  nesterov: i32,
  first: i32,
): void {
  const p = loadLanes<T>(param, n);
  let step = madd(decay, p, loadLanes<T>(grad, n));
  if (velocity !== 0) {
    let v = step;
    if (first === 0) v = madd(inertia, loadLanes<T>(velocity, n), f32x4.mul(fresh, step));
    storeLanes<T>(velocity, v, n);
    step = nesterov !== 0 ? madd(inertia, v, step) : v;
  }
  storeLanes<T>(param, madd(rate, step, p), n);
}
