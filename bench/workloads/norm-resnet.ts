import { noGrad } from "../../src/autograd.js";
import { NormResNet } from "../../src/models/norm-resnet.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { Adam } from "../../src/optim/index.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type Shape, tensor } from "../../src/tensor.js";
import { plainNormResNet } from "../plain/norm-resnet.js";
import { type Leaf, program } from "../program.js";
import { type Cost, leaf, values, type Workload } from "../workload.js";
import { convCost } from "./conv2d.js";

const classes = 10;
const lr = 1e-3;
const eps = 1e-5;
type Norm = "bn" | "gn";

const inputs = (shape: Shape) => ({
  x: values(shape, 1),
  targets: Int32Array.from({ length: shape[0] }, (_, i) => (7 * i) % classes),
});

/** All parameters in PyTorch's order; weights scaled as He et al. 2015 do, so that signals neither grow nor die. */
function parameters(width: number): Record<string, Leaf> {
  const channels = [3, width, 2 * width, 4 * width, 8 * width];
  const leaves: Record<string, Leaf> = {};
  const add = (name: string, shape: Shape, seed: number, scale: number, mean = 0) => {
    leaves[name] = { shape, data: values(shape, seed, scale, mean) };
  };
  for (const [i, out] of channels.slice(1).entries()) {
    add(`model.${i}.0.weight`, [out, channels[i], 3, 3], 10 + i, Math.sqrt(2 / (9 * channels[i])));
    add(`model.${i}.1.weight`, [out], 20 + i, 0.1, 1);
    add(`model.${i}.1.bias`, [out], 30 + i, 0.1);
  }
  add("model.6.weight", [classes, 8 * width], 40, 0.05);
  add("model.6.bias", [classes], 41, 0.05);
  return leaves;
}

/** Running statistics of the four batch norms. */
const buffers = (width: number): Record<string, Leaf> =>
  Object.fromEntries(
    [1, 2, 4, 8].flatMap((factor, i) => {
      const shape = [factor * width];
      return [
        [`model.${i}.1.running_mean`, { shape, data: values(shape, 50 + i, 0.3) }],
        [`model.${i}.1.running_var`, { shape, data: values(shape, 60 + i, 0.2, 1) }],
      ];
    }),
  );

/**
 * The convolutions and what normalises them, with activations and pooling as parts of these. Training goes back through all but the
 * first convolution's input, which is the data.
 */
function cost(norm: Norm, width: number, [batch, , size]: Shape, training: boolean): Cost {
  const total: Cost = { bytes: 0, flops: 0 };
  let [channels, side] = [3, size];
  for (const [i, factor] of [1, 2, 4, 8].entries()) {
    const sizes = { batch, channels, height: side, width: side, outChannels: factor * width };
    const conv = convCost({ ...sizes, kernel: 3, stride: i === 0 ? 1 : 2 });
    const passes = !training ? 1 : i === 0 ? 2 : 3;
    [channels, side] = [factor * width, i === 0 ? side : Math.ceil(side / 2)];
    const outputs = batch * channels * side ** 2;
    // Batch norm in evaluation is part of the convolution.
    const [bytes, flops] = training ? [20, 16] : norm === "bn" ? [0, 0] : [8, 7];
    total.bytes += passes * conv.bytes + bytes * outputs;
    total.flops += passes * conv.flops + flops * outputs;
  }
  return total;
}

function build(runtime: Runtime, norm: Norm, width: number, given: Record<string, Leaf>) {
  const model = new NormResNet({ norm, width, numClasses: classes, runtime });
  const state = model.stateDict();
  for (const [name, { data }] of Object.entries(given)) {
    const owner = state.get(name);
    if (owner?.size !== data.length) throw new Error(`bench: NormResNet has another ${name}`);
    owner.data.set(data as never);
  }
  return model;
}

function toProgram(norm: Norm, width: number, shape: Shape, training: boolean) {
  const given = parameters(width);
  const { x, targets } = inputs(shape);
  const running = norm === "bn" ? buffers(width) : {};
  const leaves = {
    x: { shape, data: x },
    targets: { shape: [shape[0]], data: targets },
    ...given,
    ...running,
  };
  return program(
    leaves,
    (apply) => {
      let y = "x";
      for (const i of [0, 1, 2, 3]) {
        const own = (name: string) => `model.${i}.1.${name}`;
        const stride = i === 0 ? 1 : 2;
        y = apply("conv2d", [y, `model.${i}.0.weight`], { stride, padding: 1 });
        const affine = [y, own("weight"), own("bias")];
        y =
          norm === "gn"
            ? apply("groupNorm", affine, { groups: 4, eps })
            : apply("batchNorm", [...affine, own("running_mean"), own("running_var")], {
                ...{ training, eps },
              });
        y = apply("relu", [y]);
      }
      const logits = apply("linear", [
        apply("globalAvgPool", [y]),
        "model.6.weight",
        "model.6.bias",
      ]);
      return training ? apply("crossEntropy", [logits, "targets"]) : logits;
    },
    training ? { gradients: Object.keys(given), adam: lr } : {},
  );
}

/** Forward, backward and Adam's update; compared by loss and gradients. */
const training = (width: number, shape: Shape): Workload => ({
  name: `NormResNet bn, width ${width}, training step`,
  shape,
  tiny: [3, 3, 16, 16],
  cost: (shape) => cost("bn", width, shape, true),
  // As many activations in a million as rounding moves across 0 have another gradient altogether, which changes the gradient's norm
  // by the root of their share: 1.3e-3 between PyTorch and us.
  tolerance: 5e-3,
  ours(runtime, shape) {
    const given = inputs(shape);
    const x = leaf(runtime, shape, given.x);
    const targets = tensor(given.targets, [shape[0]], { runtime });
    const model = build(runtime, "bn", width, parameters(width));
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
    const start = Object.values(parameters(width)).map(({ data }) => data as Float32Array);
    const step = plainNormResNet(x, targets, shape[2], width, start, lr);
    return {
      run: () => {
        const { loss, gradients } = step();
        return [Float32Array.of(loss), ...gradients];
      },
    };
  },
  program: (shape) => toProgram("bn", width, shape, true),
  threads: [1, 2],
});

const evaluation = (norm: Norm, width: number, shape: Shape): Workload => ({
  name: `NormResNet ${norm}${norm === "gn" ? "(4)" : ""}, width ${width}, evaluation`,
  shape,
  tiny: [3, 3, 16, 16],
  cost: (shape) => cost(norm, width, shape, false),
  tolerance: 1e-4,
  ours(runtime, shape) {
    const x = leaf(runtime, shape, inputs(shape).x);
    const running = norm === "bn" ? buffers(width) : {};
    const model = build(runtime, norm, width, { ...parameters(width), ...running }).eval();
    return { run: () => noGrad(() => [model.forward(x)]), dispose: () => model.dispose() };
  },
  program: (shape) => toProgram(norm, width, shape, false),
});

const shape = [64, 3, 32, 32];
export const normResNetRows = [
  evaluation("bn", 64, shape),
  evaluation("gn", 64, shape),
  training(16, shape),
  training(64, shape),
];
