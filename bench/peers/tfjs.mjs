// TensorFlow.js with its wasm backend, which has one thread in Node. Images and their convolutions are NHWC, the layout
// it needs. Norms that it does not have are built from its operations, over the axes that suit it best.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { interpret } from "./interpret.mjs";

const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");

const normalized = (x, axes, eps) => {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, eps)));
};
const affine = (x, weight, bias) => tf.add(tf.mul(x, weight), bias);
const channels = (x, vector) => tf.reshape(vector, [1, -1, ...x.shape.slice(2).map(() => 1)]);

/** The layout of a program's images: [N, H, W, C] where a convolution or batch norm sees them, else [N, C, H, W]. */
const nhwc = ({ steps }) => steps.some(({ op }) => op === "conv2d" || op === "batchNorm");

const common = {
  layerNorm: ({ eps }, x, weight, bias) => affine(normalized(x, -1, eps), weight, bias),
  rmsNorm: ({ eps }, x, weight) =>
    tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps))), weight),
  softmax: (_, x) => tf.softmax(x),
  matmul: (_, a, b) => tf.matMul(a, b),
  relu: (_, x) => tf.relu(x),
  add: (_, a, b) => tf.add(a, b),
  linear(_, x, weight, bias) {
    const rows = tf.reshape(x, [-1, x.shape.at(-1)]);
    const y = tf.add(tf.matMul(rows, weight, false, true), bias);
    return tf.reshape(y, [...x.shape.slice(0, -1), -1]);
  },
  attention({ heads }, ...inputs) {
    const [batch, length, features] = inputs[0].shape;
    const [q, k, v] = inputs.map((x) =>
      tf.transpose(tf.reshape(x, [batch, length, heads, -1]), [0, 2, 1, 3]),
    );
    const scores = tf.mul(tf.matMul(q, k, false, true), Math.sqrt(heads / features));
    const mixed = tf.matMul(tf.softmax(scores), v);
    return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, length, features]);
  },
  tanh: (_, x) => tf.tanh(x),
  crossEntropy: (_, logits, targets) => {
    const picked = tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(targets, logits.shape[1])), -1);
    return tf.neg(tf.mean(picked));
  },
};

const channelsFirst = {
  ...common,
  instanceNorm: ({ eps }, x, weight, bias) =>
    affine(normalized(x, [2, 3], eps), channels(x, weight), channels(x, bias)),
  groupNorm({ groups, eps }, x, weight, bias) {
    const y = normalized(tf.reshape(x, [x.shape[0], groups, -1]), -1, eps);
    return affine(tf.reshape(y, x.shape), channels(x, weight), channels(x, bias));
  },
};

const channelsLast = {
  ...common,
  conv2d: ({ stride, padding }, x, weight, bias) => {
    const y = tf.conv2d(x, weight, stride, padding);
    return bias ? tf.add(y, bias) : y;
  },
  convTranspose2d({ stride, padding }, x, weight, bias) {
    const [batch, height, width] = x.shape;
    const shape = [batch, stride * height, stride * width, weight.shape[2]];
    return tf.add(tf.conv2dTranspose(x, weight, shape, stride, padding, "floor"), bias);
  },
  instanceNorm: ({ eps }, x) => normalized(x, [1, 2], eps),
  batchNorm({ training, eps }, x, weight, bias, mean, variance) {
    if (!training) return tf.batchNorm(x, mean, variance, bias, weight, eps);
    const own = tf.moments(
      x,
      x.shape.slice(1).map((_, i) => i),
    );
    return tf.batchNorm(x, own.mean, own.variance, bias, weight, eps);
  },
  groupNorm({ groups, eps }, x, weight, bias) {
    const [batch, height, width, depth] = x.shape;
    const y = normalized(
      tf.reshape(x, [batch, height * width, groups, depth / groups]),
      [1, 3],
      eps,
    );
    return affine(tf.reshape(y, x.shape), weight, bias);
  },
  globalAvgPool: (_, x) => tf.mean(x, [1, 2]),
};

export async function open() {
  const folder = dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  wasm.setWasmPaths(`${join(folder, "dist")}/`);
  await tf.setBackend("wasm");
  await tf.ready();
  return { version: tf.version.tfjs, prepare };
}

function prepare(program) {
  const last = nhwc(program);
  const operations = last ? channelsLast : channelsFirst;
  const kernels = new Set(
    program.steps.filter(({ op }) => op.startsWith("conv")).map((s) => s.inputs[1]),
  );
  const toOwn = (tensor, name) => {
    if (!last || tensor.rank !== 4) return tensor;
    return tf.transpose(tensor, kernels.has(name) ? [2, 3, 1, 0] : [0, 2, 3, 1]);
  };
  const toOurs = (tensor, name) => {
    if (!last || tensor.rank !== 4) return tensor;
    return tf.transpose(tensor, kernels.has(name) ? [3, 2, 0, 1] : [0, 3, 1, 2]);
  };
  const leaves = Object.entries(program.leaves).map(([name, { shape, data }]) =>
    tf.tidy(() =>
      toOwn(tf.tensor(data, shape, data instanceof Int32Array ? "int32" : "float32"), name),
    ),
  );
  const names = Object.keys(program.leaves);
  const given = Object.fromEntries(names.map((name, i) => [name, leaves[i]]));
  const { gradients } = program;
  const variables = gradients.map((name) => given[name]);
  const run = () => {
    if (gradients.length === 0) return [interpret(program, operations, given)];
    const forward = (...values) => {
      const own = Object.fromEntries(gradients.map((name, i) => [name, values[i]]));
      return interpret(program, operations, { ...given, ...own });
    };
    const { value, grads } = tf.valueAndGrads(forward)(variables, given.dy);
    return [value, ...grads];
  };
  return {
    outputs() {
      let results = [];
      // The tensor is not returned from tidy: tidy would search every element for tensors.
      tf.tidy(() => {
        results = run().map((tensor, i) =>
          toOurs(tensor, gradients[i - 1])
            .dataSync()
            .slice(),
        );
      });
      return results;
    },
    run: () => {
      tf.tidy(() => {
        run();
      });
    },
    dispose: () => tf.dispose(leaves),
  };
}
