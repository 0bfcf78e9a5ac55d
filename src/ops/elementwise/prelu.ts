import { show, type Tensor } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import { composed } from "../composed.js";
import { add } from "./add.js";
import { halves } from "./gated.js";
import { mul } from "./mul.js";

/**
 * x where x > 0, else weight·x: a leaky ReLU with learned slopes, one for all or one a channel.
 * @shape x [N, C, ...] or [...], weight [C] or [1] → the shape of x
 * @throws RangeError for a weight that is neither [1] nor of x's channels
 * @source He et al. 2015, arXiv 1502.01852; torch.nn.functional.prelu
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  return composed("prelu", () => {
    checkTensor("prelu", "input", x);
    checkTensor("prelu", "weight", weight);
    checkSameRuntime("prelu", x, weight);
    const channels = x.shape.length < 2 ? 1 : x.shape[1];
    const { shape } = weight;
    if (shape.length !== 1 || (shape[0] !== 1 && shape[0] !== channels)) {
      throw new RangeError(
        `prelu: expected weight of shape [1] or [${channels}] for input of shape ${show(x.shape)}, got ${show(shape)}`,
      );
    }
    const { above, below } = halves(x);
    const along = [...shape, ...x.shape.slice(2).map(() => 1)];
    return add(
      above,
      mul(below, shape[0] === 1 ? weight.reshape(x.shape.map(() => 1)) : weight.reshape(along)),
    );
  });
}
