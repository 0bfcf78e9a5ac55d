import { NormResNet } from "../../src/models/norm-resnet.js";
import { crossEntropy } from "../../src/ops/reduce/cross-entropy.js";
import { Adam } from "../../src/optim/index.js";
import { type Shape, tensor } from "../../src/tensor.js";
import { fill, Net } from "../net.js";
import { plainNormResNet } from "../plain/norm-resnet.js";
import { leaf, type Workload } from "../workload.js";
import { input, netRow } from "./net.js";

const classes = 10;
const lr = 1e-3;
const eps = 1e-5;
type Norm = "bn" | "gn";

const inputs = (shape: Shape) => ({
  x: input(shape),
  targets: Int32Array.from({ length: shape[0] }, (_, i) => (7 * i) % classes),
});

/** NormResNet as steps; with `training`, up to the loss. */
function describe(norm: Norm, width: number, shape: Shape, training: boolean) {
  const net = new Net();
  const { x, targets } = inputs(shape);
  let y = net.input("x", shape, x);
  for (const [i, factor] of [1, 2, 4, 8].entries()) {
    const channels = factor * width;
    const stride = i === 0 ? 1 : 2;
    y = net.conv2d(`model.${i}.0`, y, channels, 3, { stride, bias: false });
    y =
      norm === "bn"
        ? net.norm("batchNorm", `model.${i}.1`, y, channels, { training, eps })
        : net.norm("groupNorm", `model.${i}.1`, y, channels, { groups: 4, eps });
    y = net.apply("relu", [y]);
  }
  y = net.apply("globalAvgPool", [y], {}, y.shape.slice(0, 2));
  y = net.linear("model.6", y, classes);
  if (training) {
    y = net.apply("crossEntropy", [y, net.input("targets", [shape[0]], targets)]);
  }
  return { net, result: y };
}

/** Forward, backward and Adam's update. Providers are compared by loss and gradients. */
const training = (width: number, shape: Shape): Workload => ({
  name: `NormResNet bn, width ${width}, training step`,
  shape,
  tiny: [3, 3, 16, 16],
  cost: (shape) => describe("bn", width, shape, true).net.cost(true),
  // Rounding moves some activations in a million across 0, and each of these gets a completely different gradient. The
  // norm of the gradient changes by the square root of their share: 1.3e-3 between PyTorch and this library.
  tolerance: 5e-3,
  ours(runtime, shape) {
    const given = inputs(shape);
    const x = leaf(runtime, shape, given.x);
    const targets = tensor(given.targets, [shape[0]], { runtime });
    const model = new NormResNet({ norm: "bn", width, numClasses: classes, runtime });
    fill(model, describe("bn", width, shape, true).net.leaves);
    const own = model.parameters();
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
    const { leaves, parameters } = describe("bn", width, shape, true).net;
    const start = parameters.map((key) => leaves[key].data as Float32Array);
    const step = plainNormResNet(x, targets, shape[2], width, start, lr);
    return {
      run: () => {
        const { loss, gradients } = step();
        return [Float32Array.of(loss), ...gradients];
      },
    };
  },
  program(shape) {
    const { net, result } = describe("bn", width, shape, true);
    return net.program(result, { adam: lr });
  },
  threads: [1, 2],
});

const evaluation = (norm: Norm, width: number, shape: Shape): Workload =>
  netRow({
    name: `NormResNet ${norm}${norm === "gn" ? "(4)" : ""}, width ${width}, evaluation`,
    shape,
    tiny: [3, 3, 16, 16],
    describe: (shape) => describe(norm, width, shape, false),
    ours: (runtime) => new NormResNet({ norm, width, numClasses: classes, runtime }),
  });

const shape = [64, 3, 32, 32];
export const normResNetRows = [
  evaluation("bn", 64, shape),
  evaluation("gn", 64, shape),
  training(16, shape),
  training(64, shape),
];
