import { finishStats, STATS } from "../lib/moments";

/** stats [channels, 3] (mean, variance, rstd; float64) from running mean and variance (float32). Range: channels. */
export function runningToStats(
  stats: usize,
  runningMean: usize,
  runningVar: usize,
  eps: f64,
  begin: i32,
  end: i32,
): void {
  for (let c = begin; c < end; c++) {
    const o = (<usize>c) << 2;
    const own = stats + <usize>c * STATS;
    store<f64>(own, <f64>load<f32>(runningMean + o));
    store<f64>(own, <f64>load<f32>(runningVar + o), 8);
    finishStats(own, eps);
  }
}

/**
 * running = (1 − momentum)·running + momentum·(mean over the batch of stats [batch, channels, 3]). The variances, each
 * of `count` values, are multiplied by count/(count − correction): 1 makes them unbiased (PyTorch's rule), 0 leaves
 * them. Batch norm: batch = 1. Either array may be 0. Range: channels.
 */
export function runningUpdate(
  runningMean: usize,
  runningVar: usize,
  stats: usize,
  batch: i32,
  channels: i32,
  count: f64,
  correction: f64,
  momentum: f64,
  begin: i32,
  end: i32,
): void {
  const share = momentum / <f64>batch;
  for (let c = begin; c < end; c++) {
    let mean: f64 = 0;
    let variance: f64 = 0;
    for (let n = 0; n < batch; n++) {
      const p = stats + (<usize>n * <usize>channels + <usize>c) * STATS;
      mean += load<f64>(p);
      variance += load<f64>(p, 8);
    }
    variance *= count / (count - correction);
    const o = (<usize>c) << 2;
    const keep = 1 - momentum;
    if (runningMean)
      store<f32>(runningMean + o, <f32>(keep * <f64>load<f32>(runningMean + o) + share * mean));
    if (runningVar)
      store<f32>(runningVar + o, <f32>(keep * <f64>load<f32>(runningVar + o) + share * variance));
  }
}
