// The layers of the norm table: each gives the same bits as its op with the layer's own tensors. The op has its own
// case.
import * as fc from "fast-check";
import { createNorm } from "../../src/nn/create-norm.js";
import * as ops from "../../src/ops/index.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type AnyTensor, sizeOf, type Tensor, tensor, tidy } from "../../src/tensor.js";
import { normal, uniform } from "../numbers.js";
import { type Kind, kinds, Pick } from "./draw.js";
import type { Report, Runtimes } from "./run-case.js";

/** The op of a layer for [N, C, H, W]. `s` is the layer's state, by names. */
type Op = (x: Tensor, s: Record<string, Tensor>, training: boolean) => Tensor;

const batch = (s: Record<string, Tensor>, training: boolean) => ({
  weight: s.weight,
  bias: s.bias,
  runningMean: s.running_mean,
  runningVar: s.running_var,
  training,
});
/** Norms over the last axis: the channels are moved there and back. */
const turned = (x: Tensor, norm: (x: Tensor) => Tensor) =>
  ops.permute(norm(ops.permute(x, [0, 2, 3, 1])), [0, 3, 1, 2]);

export const layers: Record<string, Op> = {
  bn: (x, s, training) => ops.batchNorm(x, batch(s, training)),
  "frozen-bn": (x, s) => ops.batchNorm(x, batch(s, false)),
  renorm: (x, s, training) => ops.batchRenorm(x, batch(s, training)),
  ghost: (x, s, training) =>
    ops.ghostBatchNorm(x, { ...batch(s, training), momentum: 0.01, virtualBatchSize: 128 }),
  bin: (x, s, training) => ops.batchInstanceNorm(x, s.gate, batch(s, training)),
  sn: (x, s, training) => ops.switchableNorm(x, s.mean_weight, s.var_weight, batch(s, training)),
  iternorm: (x, s, training) =>
    ops.iterNorm(x, {
      weight: s.weight,
      bias: s.bias,
      runningMean: s.running_mean,
      runningWhitening: s.running_whitening,
      training,
    }),
  powernorm: (x, s, training) =>
    ops.powerNorm(x, {
      weight: s.weight,
      bias: s.bias,
      runningPhi: s.running_phi,
      emaGz: s.ema_gz,
      training,
      warmUp: training,
    }),
  mvn: (x) => ops.meanVarianceNorm(x),
  ln: (x, s) => ops.groupNorm(x, 1, { weight: s.weight, bias: s.bias }),
  in: (x) => ops.instanceNorm(x),
  "in-affine": (x, s) => ops.instanceNorm(x, { weight: s.weight, bias: s.bias }),
  gn: (x, s) => ops.groupNorm(x, 4, { weight: s.weight, bias: s.bias }),
  lin: (x, s) => ops.layerInstanceNorm(x, s.rho, s.gamma, s.beta),
  grn: (x, s) => ops.globalResponseNorm(x, s.weight, s.bias),
  ln2d: (x, s) => ops.layerNorm2d(x, { weight: s.weight, bias: s.bias }),
  pn: (x) => ops.positionalNorm(x).output,
  rms: (x, s) => ops.rmsNorm2d(x, { weight: s.weight }),
  pixel: (x) => ops.pixelNorm(x),
  crms: (x, s) => turned(x, (x) => ops.crmsNorm(x, { weight: s.weight })),
  scalenorm: (x, s) => turned(x, (x) => ops.scaleNorm(x, s.scale)),
  unit: (x) => ops.normalize(x),
  lrn: (x) => ops.localResponseNorm(x, 5),
  frn: (x, s) => ops.frn(x, { weight: s.weight, bias: s.bias, tau: s.tau }),
  "evonorm-b0": (x, s, training) =>
    ops.evonormB0(x, {
      v: s.v,
      weight: s.weight,
      bias: s.bias,
      runningVar: s.running_var,
      training,
    }),
  "evonorm-s0": (x, s) => ops.evonormS0(x, x.shape[1], { v: s.v, weight: s.weight, bias: s.bias }),
  dyt: (x, s) => ops.dyt(x, s.alpha, { weight: s.weight, bias: s.bias, layout: "nchw" }),
  derf: (x, s) =>
    ops.derf(x, s.alpha, { weight: s.weight, bias: s.bias, shift: s.shift, layout: "nchw" }),
  none: (x) => ops.reshape(x, x.shape),
};

/** Methods that are no layer for a convolution. The value names the ops with cases instead, or the tests. */
export const elsewhere: Record<string, readonly string[]> = {
  revin: ["revIN", "revINInverse"],
  "layer-norm": ["layerNorm", "addLayerNorm"],
  "rms-norm": ["rmsNorm", "addRMSNorm"],
  "qk-norm": ["qkNorm"],
  "layer-scale": ["layerScale"],
  adain: ["adaIN"],
  "cond-in": ["conditionalInstanceNorm"],
  "cond-bn": ["conditionalBatchNorm"],
  film: ["film"],
  spade: ["modulate"],
  adalin: ["adaLIN"],
  adaln: ["adaLN"],
  "adaln-zero": ["adaLN", "gatedAdd"],
  ws: ["weightStandardization"],
  sws: ["scaledWeightStandardization"],
  wn: ["weightNorm", "weightLengths"],
  spectral: ["spectralNorm"],
  "standard-scaler": ["test/data/scalers.test.ts"],
  "min-max-scaler": ["test/data/scalers.test.ts"],
  "robust-scaler": ["test/data/scalers.test.ts"],
  normalize: ["test/data/normalize.test.ts"],
};

interface Made {
  y: Float32Array;
  grads: Map<string, Float32Array>;
}

function back(y: Tensor, x: Tensor, state: Record<string, Tensor>, seed: number): Made {
  if (y.requiresGrad) y.backward(tensor(normal(y.size, seed), y.shape, { runtime: y.runtime }));
  const of = Object.entries({ x, ...state });
  const grads = of.map(([name, t]): [string, Float32Array] => [
    name,
    t.grad?.toArray() ?? new Float32Array(),
  ]);
  const moved = of.map(([name, t]): [string, Float32Array] => [`${name} after`, t.toArray()]);
  const made = { y: y.toArray(), grads: new Map([...grads, ...moved]) };
  for (const [, t] of of) t.grad?.dispose();
  return made;
}

const isFloat = (t: AnyTensor): t is Tensor => t.dtype === "float32";

/** Runs the layer and the op on equal tensors. Gives the difference, or null. */
function compare(name: string, pick: Pick, runtime: Runtime): string | null {
  const training = !pick.rarely(3);
  const kind = pick.one(...(Object.keys(kinds) as Kind[]));
  const [n, channels, h, w] = [
    pick.one(2, 1, 3),
    pick.one(4, 8),
    pick.one(2, 1, 5),
    pick.one(3, 2),
  ];
  const seed = pick.int(1, 999);
  const shape = [n, channels, h, w];
  const values = kinds[kind](sizeOf(shape), seed);
  return tidy(() => {
    const layer = createNorm(name, channels, { runtime });
    layer.train(training);
    const state: Record<string, Tensor> = {};
    for (const [i, [key, t]] of [...layer.stateDict()].entries()) {
      if (!isFloat(t)) continue;
      const next = uniform(seed + i);
      t.data.set(Float32Array.from({ length: t.size }, () => 0.25 + 0.5 * next()));
      state[key] = tensor(t.toArray(), t.shape, { runtime, requiresGrad: t.requiresGrad });
    }
    const leaf = () => tensor(values, shape, { runtime, requiresGrad: true });
    const [a, b] = [leaf(), leaf()];
    const own: Record<string, Tensor> = {};
    for (const [key, t] of layer.stateDict()) if (isFloat(t)) own[key] = t;
    const got = back(layer.forward(a), a, own, seed);
    const want = back(layers[name](b, state, training), b, state, seed);
    layer.dispose();
    const lists: [string, Float32Array, Float32Array][] = [["output", got.y, want.y]];
    for (const [key, list] of want.grads)
      lists.push([key, got.grads.get(key) ?? new Float32Array(), list]);
    for (const [what, one, other] of lists) {
      const bad = other.findIndex((v, i) => !Object.is(v, one[i]));
      if (bad >= 0 || one.length !== other.length)
        return (
          `layer "${name}" [${shape}], ${kind}, seed ${seed}, training ${training}: ` +
          `${what}[${bad}] is ${one[bad]}, the op's ${other[bad]}`
        );
    }
    return null;
  });
}

/** Does the work of `runCase` for a layer. */
export function runMethod(
  name: string,
  pairs: Runtimes,
  { seed, runs }: { seed: number; runs: number },
): Report {
  const counts = { checked: 0, refused: 0, known: 0 };
  const property = fc.property(fc.gen(), (g) => {
    const pick = new Pick(g);
    const message = compare(name, pick, pick.one(...pairs)[0]);
    if (message) throw new Error(message);
    counts.checked++;
  });
  const { failed, errorInstance } = fc.check(property, { seed, numRuns: runs });
  if (!failed) return { counts };
  const text = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return { counts, finding: `${text}\n  again: npm run fuzz -- --op layer:${name} --seed ${seed}` };
}
