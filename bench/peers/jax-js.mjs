// jax-js with its wasm backend, which has one thread in Node: its pool needs the Worker of browsers. Everything is
// jitted. A training step is loss and gradients without the update. A function owns its arguments and frees them, so
// arguments are passed with `.ref`.
import { readFileSync } from "node:fs";
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  valueAndGrad,
  vjp,
} from "@jax-js/jax";
import { interpret } from "./interpret.mjs";

const normalized = (x, axis, epsilon) => nn.standardize(x, axis, { epsilon });
const channels = (x, vector) => vector.reshape([1, -1, ...x.shape.slice(2).map(() => 1)]);
const affine = (x, weight, bias) => x.mul(weight).add(bias);
const perChannel = (y, weight, bias) => {
  const [w, b] = [channels(y, weight), channels(y, bias)];
  return affine(y, w, b);
};

const operations = {
  layerNorm: ({ eps }, x, weight, bias) => affine(normalized(x.ref, -1, eps), weight.ref, bias.ref),
  rmsNorm({ eps }, x, weight) {
    const square = np.mean(np.square(x.ref), -1, { keepdims: true });
    return x.ref.div(np.sqrt(square.add(eps))).mul(weight.ref);
  },
  instanceNorm({ eps }, x, weight, bias) {
    const y = normalized(x.ref, [2, 3], eps);
    return weight ? perChannel(y, weight.ref, bias.ref) : y;
  },
  groupNorm({ groups, eps }, x, weight, bias) {
    const y = normalized(x.ref.reshape([x.shape[0], groups, -1]), -1, eps).reshape(x.shape);
    return perChannel(y, weight.ref, bias.ref);
  },
  batchNorm({ training, eps }, x, weight, bias, mean, variance) {
    const axes = x.shape.map((_, i) => i).filter((axis) => axis !== 1);
    if (training) return perChannel(normalized(x.ref, axes, eps), weight.ref, bias.ref);
    const scale = weight.ref.div(np.sqrt(variance.ref.add(eps)));
    const shift = bias.ref.sub(mean.ref.mul(scale.ref));
    return perChannel(x.ref, scale, shift);
  },
  softmax: (_, x) => nn.softmax(x.ref, -1),
  matmul: (_, a, b) => np.matmul(a.ref, b.ref),
  relu: (_, x) => nn.relu(x.ref),
  add: (_, a, b) => a.ref.add(b.ref),
  conv2d({ stride, padding }, x, weight, bias) {
    const pad = [padding, padding];
    const y = lax.convGeneralDilated(x.ref, weight.ref, [stride, stride], [pad, pad]);
    return bias ? y.add(bias.ref.reshape([1, -1, 1, 1])) : y;
  },
  convTranspose2d({ stride, padding, outputPadding }, x, weight, bias) {
    const reach = weight.shape[2] - 1 - padding;
    const pad = [reach, reach + outputPadding];
    const kernel = np.flip(weight.ref.transpose([1, 0, 2, 3]), [2, 3]);
    const dilated = { lhsDilation: [stride, stride] };
    const y = lax.convGeneralDilated(x.ref, kernel, [1, 1], [pad, pad], dilated);
    return y.add(bias.ref.reshape([1, -1, 1, 1]));
  },
  attention({ heads }, ...inputs) {
    const [batch, length, features] = inputs[0].shape;
    const [q, k, v] = inputs.map((x) => x.ref.reshape([batch, length, heads, features / heads]));
    return nn.dotProductAttention(q, k, v).reshape([batch, length, features]);
  },
  tanh: (_, x) => np.tanh(x.ref),
  globalAvgPool: (_, x) => np.mean(x.ref, [2, 3]),
  linear: (_, x, weight, bias) => np.matmul(x.ref, weight.ref.transpose()).add(bias.ref),
  crossEntropy(_, logits, targets) {
    const picked = nn.logSoftmax(logits.ref, -1).mul(nn.oneHot(targets.ref, logits.shape[1]));
    return picked.sum().mul(-1 / logits.shape[0]);
  },
};

export async function open() {
  await init("wasm");
  defaultDevice("wasm");
  const about = readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url));
  return { version: JSON.parse(about).version, prepare };
}

function prepare(program) {
  const names = Object.keys(program.leaves);
  const leaves = names.map((name) => {
    const { shape, data } = program.leaves[name];
    return np.array(data).reshape(shape);
  });
  const { gradients } = program;
  const places = gradients.map((name) => names.indexOf(name));

  const forward = (values) =>
    interpret(program, operations, Object.fromEntries(names.map((name, i) => [name, values[i]])));
  const withGradients = (...all) => {
    const resultOf = (parameters) => {
      const values = [...all];
      places.forEach((place, i) => {
        values[place] = parameters[i];
      });
      return forward(values);
    };
    const parameters = places.map((place) => all[place].ref);
    if (names.includes("dy")) {
      const [y, back] = vjp(resultOf, [parameters]);
      const [grads] = back(all[names.indexOf("dy")].ref);
      return [y, ...grads];
    }
    const [loss, grads] = valueAndGrad(resultOf)(parameters);
    return [loss, ...grads];
  };
  const compiled = jit((...all) => (gradients.length > 0 ? withGradients(...all) : [forward(all)]));
  const run = () => compiled(...leaves.map((leaf) => leaf.ref));
  return {
    outputs: () => Promise.all(run().map((array) => array.data())),
    async run() {
      const results = run();
      await blockUntilReady(results);
      for (const array of results) array.dispose();
    },
    dispose: () => {
      for (const leaf of leaves) leaf.dispose();
    },
  };
}
