import { NormResNet } from "../../src/models/norm-resnet.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { Adam } from "../../src/optim/index.js";
import { type Shape, tensor } from "../../src/tensor.js";
import { plainNormResNet } from "../plain/norm-resnet.js";
import { leaf, values, type Workload } from "../workload.js";

const classes = 10;
const lr = 1e-3;

const inputs = (shape: Shape) => ({
  x: values(shape, 1),
  targets: Int32Array.from({ length: shape[0] }, (_, i) => (7 * i) % classes),
});

/** Shapes and values of all parameters in PyTorch's order; weights scaled as He et al. 2015 do, so that signals neither grow nor die. */
function parameters(width: number): Float32Array[] {
  const channels = [3, width, 2 * width, 4 * width, 8 * width];
  const blocks = channels
    .slice(1)
    .flatMap((out, i) => [
      values([out, channels[i], 3, 3], 10 + i, Math.sqrt(2 / (9 * channels[i]))),
      values([out], 20 + i, 0.1, 1),
      values([out], 30 + i, 0.1),
    ]);
  return [...blocks, values([classes, 8 * width], 40, 0.05), values([classes], 41, 0.05)];
}

/** Multiplications of one step: the convolutions, three times but for the first, whose input wants no gradient. */
function flops(width: number, [batch, , size]: Shape): number {
  const half = (n: number) => Math.ceil(n / 2);
  let total = 2 * 2 * batch * size * size * width * 27;
  let side = size;
  for (const factor of [1, 2, 4]) {
    side = half(side);
    total += 3 * 2 * batch * side * side * (2 * factor * width) * (9 * factor * width);
  }
  return total;
}

/** Forward, backward and Adam's update; compared by loss and gradients. */
const row = (width: number, shape: Shape): Workload => ({
  name: `NormResNet bn, width ${width}, training step`,
  shape,
  tiny: [3, 3, 16, 16],
  flops: (shape) => flops(width, shape),
  // Four layers deep, an activation within rounding of 0 falls on either side of the ReLU.
  tolerance: 1e-3,
  ours(runtime, shape) {
    const given = inputs(shape);
    const x = leaf(runtime, shape, given.x);
    const targets = tensor(given.targets, [shape[0]], { runtime });
    const model = new NormResNet({ norm: "bn", width, numClasses: classes, runtime });
    const own = model.parameters();
    const start = parameters(width);
    own.forEach((parameter, i) => {
      if (parameter.size !== start[i].length)
        throw new Error(`bench: NormResNet has other parameters than expected at ${i}`);
      parameter.data.set(start[i]);
    });
    const optimizer = new Adam(own, { lr });
    return {
      run: () => {
        optimizer.zeroGrad();
        const loss = crossEntropy(model.forward(x), targets);
        loss.backward();
        optimizer.step();
        return [loss, ...own.map(({ grad }) => grad ?? loss)];
      },
      dispose: () => {
        optimizer.dispose();
        model.dispose();
      },
    };
  },
  plain(shape) {
    const { x, targets } = inputs(shape);
    const step = plainNormResNet(x, targets, shape[2], width, parameters(width), lr);
    return {
      run: () => {
        const { loss, gradients } = step();
        return [Float32Array.of(loss), ...gradients];
      },
    };
  },
});

export const normResNetRows = [row(16, [64, 3, 32, 32]), row(64, [64, 3, 32, 32])];
