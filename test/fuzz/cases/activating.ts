// Norms with their own activation.
import * as ops from "../../../src/ops/index.js";
import type { Tensor } from "../../../src/tensor.js";
import { type Case, input, show } from "../draw.js";
import { maps } from "../maps.js";
import { affine, drawChannels, drawGroups, moments, planeSets } from "../norms.js";
import type { Node } from "../tape.js";

const frn: Case = (pick) => {
  const x = drawChannels(pick);
  const [cut, learned, each] = [!pick.rarely(4), pick.rarely(3), pick.maybe()];
  const eps = pick.eps(1e-6);
  const c = x.channels;
  return {
    call: `frn(x, ${show({ tau: cut, eps: learned ? "tensor" : eps, layout: x.layout })})`,
    inputs: [
      input("x", x.shape),
      input("weight", [c], "normal"),
      input("bias", [c], "normal"),
      ...(cut ? [input("tau", [c], "normal")] : []),
      ...(learned ? [input("eps", each ? [c] : [1], "positive")] : []),
    ],
    run(all) {
      const [a, weight, bias] = all;
      const options = {
        tau: cut ? all[3] : null,
        eps: learned ? (all.at(-1) as Tensor) : eps,
        layout: x.layout,
      };
      return { outputs: [ops.frn(a, { weight, bias, ...options })] };
    },
    oracle(t, all) {
      const [data, weight, bias] = all;
      const y: Node[] = [];
      for (const set of planeSets(x)) {
        const list = set.map((i) => data[i]);
        const c = x.channelOf(set[0]);
        const e = all.at(-1) as Node[];
        const least = learned ? t.abs(e[e.length === 1 ? 0 : c]) : t.leaf(eps);
        const rstd = t.pow(t.add(t.square(list), least), -0.5);
        for (const i of set) {
          const z = t.add(t.mul(weight[c], t.mul(data[i], rstd)), bias[c]);
          const both = cut ? [all[3][c], z] : [];
          // both get a NaN, as in torch.max of two tensors
          if (both.some((a) => Number.isNaN(t.at(a)))) y[i] = t.node(Number.NaN, both, [1, 1]);
          else y[i] = cut ? t.max(both) : z;
        }
      }
      return { outputs: [y] };
    },
  };
};

const evonormS0: Case = (pick) => {
  const x = drawChannels(pick);
  const groups = drawGroups(pick, x.channels);
  const options = { eps: pick.eps(), layout: x.layout };
  const parameters = ["v", "weight", "bias"].map((name) => input(name, [x.channels], "normal"));
  return {
    call: `evonormS0(x, ${groups}, { v, weight, bias, ${show(options)} })`,
    inputs: [input("x", x.shape), ...parameters],
    run: ([x, v, weight, bias]) => ({
      outputs: [ops.evonormS0(x, groups, { v, weight, bias, ...options })],
    }),
    oracle(t, [data, v, weight, bias]) {
      const width = x.channels / groups;
      const y: Node[] = [];
      for (const set of x.sets((n, c) => n * groups + Math.floor(c / width))) {
        const { variance } = moments(t, data, set);
        const rstd = t.pow(t.linear(variance, 1, options.eps), -0.5);
        for (const i of set) {
          const s = maps.sigmoid(t, t.mul(v[x.channelOf(i)], data[i]));
          y[i] = t.mul(t.mul(data[i], s), rstd);
        }
      }
      return { outputs: [affine(t, y, x.channelOf, weight, bias)] };
    },
  };
};

const evonormB0: Case = (pick) => {
  const x = drawChannels(pick, { least: 3 });
  const training = !pick.rarely(3);
  const options = { eps: pick.eps(1e-3), training, momentum: pick.one(0.1, 0.3), layout: x.layout };
  const parameters = ["v", "weight", "bias"].map((name) => input(name, [x.channels], "normal"));
  return {
    call: `evonormB0(x, { v, weight, bias, runningVar, ${show(options)} })`,
    inputs: [
      input("x", x.shape),
      ...parameters,
      input("runningVar", [x.channels], "positive", false),
    ],
    run: ([x, v, weight, bias, runningVar]) => ({
      outputs: [ops.evonormB0(x, { v, weight, bias, runningVar, ...options })],
      moved: [runningVar],
    }),
    oracle(t, [data, v, weight, bias, runningVar]) {
      const { eps, momentum } = options;
      // a deviation of 0 gets no gradient
      const root = (a: Node) =>
        t.at(a) + eps === 0 ? t.node(0, [a], [0]) : t.sqrt(t.linear(a, 1, eps));
      const all = x.sets((_, c) => c);
      const batchStd: Node[] = [];
      let moved = runningVar;
      for (const set of all) {
        const c = x.channelOf(set[0]);
        const biased = moments(t, data, set).variance;
        batchStd[c] = root(training ? biased : runningVar[c]);
        const unbiased = t.linear(biased, set.length / (set.length - 1));
        if (training)
          moved = moved.with(
            c,
            t.add(t.linear(moved[c], 1 - momentum), t.linear(unbiased, momentum)),
          );
      }
      const y: Node[] = [];
      for (const set of planeSets(x)) {
        const std = root(moments(t, data, set).variance);
        const c = x.channelOf(set[0]);
        for (const i of set) {
          const other = t.add(t.mul(v[c], data[i]), std);
          y[i] = t.div(data[i], t.max([batchStd[c], other]));
        }
      }
      return { outputs: [affine(t, y, x.channelOf, weight, bias)], moved: [moved] };
    },
  };
};

export const activating: Record<string, Case> = { frn, evonormS0, evonormB0 };
