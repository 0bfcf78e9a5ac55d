// The methods whose scale and shift come from a condition, with a condition that is drawn.
import { AdaLIN } from "../../nn/ada-lin.js";
import { AdaLN, AdaLNZero } from "../../nn/ada-ln.js";
import { ConditionalBatchNorm, ConditionalInstanceNorm, FiLM } from "../../nn/conditional.js";
import { Identity } from "../../nn/identity.js";
import type { Linear } from "../../nn/linear.js";
import { SPADE } from "../../nn/spade.js";
import { add } from "../../ops/elementwise/add.js";
import { silu } from "../../ops/elementwise/silu.js";
import { adaIN } from "../../ops/norm/ada-in.js";
import { slice } from "../../ops/shape/slice.js";
import { defaultGenerator, randn } from "../../random.js";
import { type Tensor, tensor } from "../../tensor.js";
import { momentsBySet } from "../moments.js";
import { type MapShape, setIndex } from "../sets.js";
import { drawBetween, drawMaps } from "./draw.js";
import { type Made, madeOf, type Site } from "./made.js";

/** The length of a drawn condition, and the number of labels of a drawn segmentation. */
const LENGTH = 4;

/** AdaIN by the biased variances of the paper, so that its deviations are those of the other methods. */
function adaptiveInstance({ shape, runtime }: Site): Made {
  const [n, c] = shape;
  const eps = 1e-5;
  const values = drawMaps(shape, runtime);
  const style = tensor(values, shape, { runtime });
  const moments = momentsBySet(values, setIndex(perPlane, shape, 1));
  const planes = (of: (set: (typeof moments)[number]) => number) =>
    tensor(moments.map(of), [n, c], { runtime });
  return madeOf(new Identity(), {
    forward: (x) => adaIN(x, style, { eps, correction: 0 }),
    eps,
    gamma: planes(({ biased }) => Math.sqrt(biased + eps)),
    beta: planes(({ mean }) => mean),
  });
}
const perPlane = { samples: "each", channels: "each", positions: "all" } as const;

const drawn = ([n, c]: MapShape, low: number, high: number, runtime: Site["runtime"]): Tensor =>
  tensor(drawBetween([n, c], low, high), [n, c], { runtime });

/** Each sample is of a style, or class, of its own. */
function ofClasses(
  Norm: typeof ConditionalInstanceNorm | typeof ConditionalBatchNorm,
  { shape, runtime }: Site,
): Made {
  const [n, c] = shape;
  const layer = new Norm(c, n, { runtime });
  layer.weight.data.set(drawBetween([n, c], 0.5, 1.5));
  layer.bias.data.set(drawBetween([n, c], -1, 1));
  const ids = Array.from({ length: n }, (_, i) => i);
  return madeOf(layer, { forward: (x) => layer.forward(x, ids) });
}

/** The chunks [N, C] that a linear layer makes of a condition. */
function chunks(linear: Linear, condition: Tensor, c: number): Tensor[] {
  const all = linear.forward(condition);
  return Array.from({ length: all.shape[1] / c }, (_, i) => slice(all, 1, i * c, (i + 1) * c));
}

function featurewise({ shape: [n, c], runtime }: Site): Made {
  const layer = new FiLM(c, LENGTH, { runtime });
  const condition = randn([n, LENGTH], { runtime });
  const [scale, shift] = chunks(layer.linear, condition, c);
  const forward = (x: Tensor) => layer.forward(x, condition);
  return madeOf(layer, { forward, gamma: add(scale, 1), beta: shift });
}

function spatial({ shape, runtime }: Site): Made {
  const [n, c, h, w] = shape;
  const layer = new SPADE(c, LENGTH, { runtime });
  const labels = Array.from({ length: n * h * w }, () => defaultGenerator.random() % LENGTH);
  const oneHot = new Float32Array(LENGTH * labels.length);
  labels.forEach((label, i) => {
    const [sample, position] = [Math.floor(i / (h * w)), i % (h * w)];
    oneHot[(sample * LENGTH + label) * h * w + position] = 1;
  });
  const segmentation = tensor(oneHot, [n, LENGTH, h, w], { runtime });
  const features = layer.mlpShared.forward(segmentation);
  const gamma = add(layer.mlpGamma.forward(features), 1);
  const beta = layer.mlpBeta.forward(features);
  const { eps, running } = madeOf(layer.paramFreeNorm);
  const forward = (x: Tensor) => layer.forward(x, segmentation);
  return madeOf(layer, { forward, eps, gamma, beta, running });
}

function layerInstance({ shape, runtime }: Site): Made {
  const layer = new AdaLIN(shape[1], { runtime });
  const gamma = drawn(shape, 0.5, 1.5, runtime);
  const beta = drawn(shape, -1, 1, runtime);
  return madeOf(layer, { forward: (x) => layer.forward(x, gamma, beta), gamma, beta });
}

function adaptiveLayer({ shape: [n, c], runtime }: Site): Made {
  const layer = new AdaLN(c, LENGTH, { runtime });
  const condition = randn([n, LENGTH], { runtime });
  const [shift, scale] = chunks(layer.linear, silu(condition), c);
  const forward = (x: Tensor) => layer.forward(x, condition);
  return madeOf(layer, { tokens: true, forward, gamma: add(scale, 1), beta: shift });
}

/** The linear layer is drawn, as after some training: at 0 the block does nothing. Both branches are the identity. */
function gatedLayer({ shape: [n, c], runtime }: Site): Made {
  const layer = new AdaLNZero(c, LENGTH, { runtime });
  const { weight } = layer.linear;
  weight.data.set(drawBetween(weight.shape, -0.5, 0.5));
  const condition = randn([n, LENGTH], { runtime });
  const [shift, scale] = chunks(layer.linear, silu(condition), c);
  const same = (x: Tensor) => x;
  const forward = (x: Tensor) => layer.forward(x, condition, same, same);
  return madeOf(layer, { tokens: true, forward, gamma: add(scale, 1), beta: shift });
}

export const conditionals: Record<string, (site: Site) => Made> = {
  adain: adaptiveInstance,
  "cond-in": (site) => ofClasses(ConditionalInstanceNorm, site),
  "cond-bn": (site) => ofClasses(ConditionalBatchNorm, site),
  film: featurewise,
  spade: spatial,
  adalin: layerInstance,
  adaln: adaptiveLayer,
  "adaln-zero": gatedLayer,
};
