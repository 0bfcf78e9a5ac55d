import { conv2d } from "../ops/conv/conv2d.js";
import { add } from "../ops/elementwise/add.js";
import { mul } from "../ops/elementwise/mul.js";
import { relu } from "../ops/elementwise/relu.js";
import { sub } from "../ops/elementwise/sub.js";
import { matmul } from "../ops/product/matmul.js";
import { mean } from "../ops/reduce/mean.js";
import { mseLoss } from "../ops/reduce/mse-loss.js";
import { transpose } from "../ops/shape/transpose.js";
import { Generator, randn } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Tensor } from "../tensor.js";

/** The channels of the levels. Each level after the first halves height and width. */
const WIDTHS = [16, 32, 64];

/**
 * Features of pictures [N, 3, H, W] from convolutions with random weights that are never trained. Untrained filters see
 * enough to carry a style (He, Wang, Hopcroft 2016, arXiv 1606.04801).
 */
export class FeaturePyramid {
  readonly #weights: Tensor[];

  constructor(runtime: Runtime, seed: number) {
    const generator = new Generator(seed);
    this.#weights = WIDTHS.map((width, level) => {
      const inputs = level === 0 ? 3 : WIDTHS[level - 1];
      const weight = randn([width, inputs, 3, 3], { runtime, generator });
      const deviation = Math.sqrt(2 / (9 * inputs)); // He et al. 2015: signals keep their size
      for (let i = 0; i < weight.size; i++) weight.data[i] *= deviation;
      return weight;
    });
  }

  /** One tensor [N, C, h, w] for each level. */
  features(x: Tensor): Tensor[] {
    const levels: Tensor[] = [];
    for (const [level, weight] of this.#weights.entries()) {
      const input = level === 0 ? x : levels[level - 1];
      levels.push(relu(conv2d(input, weight, { stride: level === 0 ? 1 : 2, padding: 1 })));
    }
    return levels;
  }

  dispose(): void {
    for (const weight of this.#weights) weight.dispose();
  }
}

/** The mean of (f − f*)²/var(f*), where f are the features of a picture and f* those of the content. */
export function contentLoss(features: Tensor, content: Tensor): Tensor {
  const variance = meanSquare(sub(content, mean(content))).item();
  return mul(mseLoss(features, content), 1 / variance);
}

/** How strongly features appear together: the Gram matrix [N, C, C] of [N, C, h, w], divided by h·w. */
export function gram(features: Tensor): Tensor {
  const [batch, channels, height, width] = features.shape;
  const rows = features.reshape([batch, channels, height * width]);
  return mul(matmul(rows, transpose(rows, 1, 2)), 1 / (height * width));
}

const meanSquare = (x: Tensor): Tensor => mean(mul(x, x));

/** The mean over the levels of ‖G − G*‖²/‖G*‖², where G are Gram matrices and G* those of the style, [1, C, C] each. */
export function styleLoss(features: Tensor[], style: Tensor[]): Tensor {
  return features
    .map((level, i) => {
      const size = meanSquare(style[i]).item();
      return mul(meanSquare(sub(gram(level), style[i])), 1 / (size * style.length));
    })
    .reduce((sum, loss) => add(sum, loss));
}
