import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { exp } from "../../portable-math.js";
import { empty, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { ofNothing } from "../of-nothing.js";
import { checkChannelNorm, noStatistics } from "./batch-norm.js";
import { asNCHW, type LayoutOptions, layouts } from "./layout.js";
import { moveRunning } from "./move-running.js";
import { type Moments, overBatch, planeMoments } from "./plane-moments.js";
import { gradientOf, planeCombine, planeProducts } from "./slice-maps.js";

/** Options of `switchableNorm`. */
export interface SwitchableNormOptions extends LayoutOptions {
  /** Running mean [C] of the batch: used when not training, moved in place when training. */
  runningMean?: Tensor | null;
  /** Running variance [C], used and moved with the mean. */
  runningVar?: Tensor | null;
  /** Scale [C]; 1 without it. */
  weight?: Tensor | null;
  /** Shift [C]; 0 without it. */
  bias?: Tensor | null;
  /** Whether to take the batch's own statistics and move the running ones; false by default. */
  training?: boolean;
  /** Share of the new value in the running statistics; 0.1 by default. */
  momentum?: number;
  /** Added to the variance; 1e-5 by default. */
  eps?: number;
}

const rules: Rules<SwitchableNormOptions> = {
  runningMean: "Tensor|null",
  runningVar: "Tensor|null",
  weight: "Tensor|null",
  bias: "Tensor|null",
  training: "boolean",
  momentum: "number",
  eps: "number",
  layout: layouts,
};

const sumOf = (list: Iterable<number>) => [...list].reduce((sum, v) => sum + v, 0);

function softmax(weights: Tensor): number[] {
  const largest = Math.max(...weights.elements);
  const powers = Array.from(weights.elements, (w) => exp(w - largest));
  return powers.map((v) => v / sumOf(powers));
}

/** The gradient of the weights from the gradient of their shares. */
const softmaxBack = (shares: number[], to: number[]): number[] => {
  const mean = sumOf(shares.map((s, k) => s * to[k]));
  return shares.map((s, k) => s * (to[k] - mean));
};

/**
 * Switchable normalisation of x [N, C, ...]. Mean and variance are mixes of those of instance, layer and batch norm, in
 * this order, by softmax(meanWeight [3]) and softmax(varWeight [3]). As in the authors' code, the instance's variance
 * is the unbiased one and the others are made from it. When not training, the running statistics stand for the batch's.
 * @shape x [N, C, ...], meanWeight [3], varWeight [3] → [N, C, ...]
 * @throws RangeError on wrong shapes; TypeError without running statistics when not training
 * @source Luo, Ren, Peng, Zhang, Li 2018, arXiv 1806.10779
 */
export function switchableNorm(
  x: Tensor,
  meanWeight: Tensor,
  varWeight: Tensor,
  options: SwitchableNormOptions = {},
): Tensor {
  return call("switchableNorm", () => {
    checkOptions("switchableNorm", options, rules);
    if (options.layout === "nhwc") {
      const norm = (x: Tensor) =>
        switchableNorm(x, meanWeight, varWeight, { ...options, layout: "nchw" });
      return asNCHW("switchableNorm", [x], norm);
    }
    checkTensor("switchableNorm", "meanWeight", meanWeight);
    checkTensor("switchableNorm", "varWeight", varWeight);
    checkShape("switchableNorm", "meanWeight", meanWeight, [3]);
    checkShape("switchableNorm", "varWeight", varWeight, [3]);
    checkSameRuntime("switchableNorm", x, meanWeight, varWeight);
    const { weight, bias, training = false, eps = 1e-5 } = options;
    const { dims, running } = checkChannelNorm("switchableNorm", x, options);
    if (!training && !running) throw noStatistics("switchableNorm");
    if (x.size === 0)
      return ofNothing("switchableNorm", x, [x, meanWeight, varWeight, weight, bias]);
    const [batch, channels, length] = dims;
    const planes = batch * channels;
    const rows = { outer: 1, planes, inner: length };
    const channelOf = (p: number) => p % channels;
    const sampleOf = (p: number) => Math.floor(p / channels);

    const own = planeMoments(x, planes, length);
    const spare = Math.max(length - 1, 1); // with one element the variance is 0
    own.variance.forEach((v, p, list) => {
      list[p] = (v * length) / spare;
    });
    const layer = overChannels(own, channels);
    const all = overBatch(own, channels);
    if (training && running && planes > 0) {
      const { mean, variance, momentum } = running;
      moveRunning(mean, momentum, (c) => all.mean[c]);
      moveRunning(variance, momentum, (c) => all.variance[c]);
    }
    const ofBatch: Moments =
      training || !running
        ? all
        : {
            mean: Float64Array.from(running.mean.elements),
            variance: Float64Array.from(running.variance.elements),
          };

    const shares = [softmax(meanWeight), softmax(varWeight)];
    // What all three agree on stays as it is, to the last digit.
    const mix = ([, b, d]: number[], key: keyof Moments) =>
      own[key].map(
        (v, p) => v + b * (layer[key][sampleOf(p)] - v) + d * (ofBatch[key][channelOf(p)] - v),
      );
    const mean = mix(shares[0], "mean");
    const rstd = mix(shares[1], "variance").map((v) => 1 / Math.sqrt(v + eps));
    const gamma = weight?.toArray();
    const p = rstd.map((r, i) => r * (gamma?.[channelOf(i)] ?? 1));
    const y = empty(x.runtime, x.shape);
    const shift = bias?.elements;
    const r = p.map((scale, i) => (shift?.[channelOf(i)] ?? 0) - mean[i] * scale);
    planeCombine(y, rows, { a: x, p, r });

    const inputs = [x, meanWeight, varWeight, weight, bias];
    const how = { op: "switchableNorm", shares, gamma, eps, ofBatch: training ? null : ofBatch };
    return record(how, y, inputs, [x], (dy, [x], needs) => {
      const sums = planeProducts(rows, dy);
      const centred = planeProducts(rows, dy, x).map((v, i) => v - mean[i] * sums[i]); // Σdy·(x − mean)
      const toMean = sums.map((v, i) => -p[i] * v);
      const toVar = centred.map((v, i) => (-p[i] * rstd[i] ** 2 * v) / 2);
      const perSample = (list: Float64Array) => group(list, batch, sampleOf);
      const perChannel = (list: Float64Array) => group(list, channels, channelOf);
      const share = (to: Float64Array, key: keyof Moments) => [
        sumOf(to.map((g, i) => g * own[key][i])),
        sumOf(perSample(to).map((g, i) => g * layer[key][i])),
        sumOf(perChannel(to).map((g, i) => g * ofBatch[key][i])),
      ];
      const dx = needs[0] ? empty(x.runtime, x.shape) : null;
      if (dx) {
        // What reaches the instances' moments, on its own and through the two that are made from them.
        const [[a, b, d], [e, f, h]] = shares;
        // Running statistics send nothing back, not even a NaN of another sample.
        const toBatch = (to: Float64Array, share: number) =>
          training ? perChannel(to).map((v) => (share * v) / batch) : new Float64Array(channels);
        const meanOfLayer = perSample(toMean).map((v) => (b * v) / channels);
        const meanOfBatch = toBatch(toMean, d);
        const varOfLayer = perSample(toVar).map((v) => (f * v) / channels);
        const varOfBatch = toBatch(toVar, h);
        const q = toVar.map(
          (v, i) => (2 * (e * v + varOfLayer[sampleOf(i)] + varOfBatch[channelOf(i)])) / spare,
        );
        const r = toMean.map((v, i) => {
          const fromLayer = 2 * varOfLayer[sampleOf(i)] * (own.mean[i] - layer.mean[sampleOf(i)]);
          const off = training ? own.mean[i] - all.mean[channelOf(i)] : 0;
          const fromBatch = 2 * varOfBatch[channelOf(i)] * off;
          const total =
            a * v + meanOfLayer[sampleOf(i)] + meanOfBatch[channelOf(i)] + fromLayer + fromBatch;
          return total / length - q[i] * own.mean[i];
        });
        planeCombine(dx, rows, { a: dy, p, b: x, q, r });
      }
      const dMean = softmaxBack(shares[0], share(toMean, "mean"));
      const dVar = softmaxBack(shares[1], share(toVar, "variance"));
      const dWeight = perChannel(centred.map((v, i) => v * rstd[i]));
      const dBias = perChannel(sums);
      return [
        dx,
        ...[dMean, dVar].map((list, i) => gradientOf(x, needs[i + 1], [3], (k) => list[k])),
        ...[dWeight, dBias].map((list, i) =>
          gradientOf(x, needs[i + 3], [channels], (k) => list[k]),
        ),
      ];
    });
  });
}

/** Sums the values of a list by the index that `indexOf` gives each. */
function group(list: Float64Array, count: number, indexOf: (i: number) => number): Float64Array {
  const sums = new Float64Array(count);
  list.forEach((v, i) => {
    sums[indexOf(i)] += v;
  });
  return sums;
}

/** Mean and variance of each sample from those of its planes. */
function overChannels({ mean, variance }: Moments, channels: number): Moments {
  const samples = mean.length / channels;
  const sampleOf = (i: number) => Math.floor(i / channels);
  const all = group(mean, samples, sampleOf).map((v) => v / channels);
  const spread = variance.map((v, i) => v + (mean[i] - all[sampleOf(i)]) ** 2);
  return { mean: all, variance: group(spread, samples, sampleOf).map((v) => v / channels) };
}
