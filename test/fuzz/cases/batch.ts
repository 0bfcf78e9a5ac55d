// Norms with the statistics of a batch.
import * as ops from "../../../src/ops/index.js";
import {
  batchOracle,
  drawOptions,
  inputsOf,
  movedOf,
  named,
  optionsFor,
  padded,
  text,
  towards,
  valid,
} from "../batch-options.js";
import { type Case, input } from "../draw.js";
import { activated } from "../maps.js";
import { affine, drawChannels, moments, normalized } from "../norms.js";
import type { Node } from "../tape.js";
import { switchableNorm } from "./switchable-norm.js";

const channelwise =
  (name: "batchNorm" | "instanceNorm"): Case =>
  (pick) => {
    const x = drawChannels(pick, { least: name === "batchNorm" ? 2 : 3 });
    const o = drawOptions(pick, x, { activation: true });
    return {
      call: `${name}(x, ${text(x, o)})`,
      inputs: [input("x", x.shape), ...inputsOf(x, o)],
      run(all) {
        const options = optionsFor(x, o, all, 1);
        const { training, ...rest } = options;
        const y =
          name === "batchNorm"
            ? ops.batchNorm(all[0], options)
            : ops.instanceNorm(all[0], { ...rest, useInputStats: training });
        return { outputs: [y], moved: movedOf(o, all, 1) };
      },
      oracle(t, nodes) {
        const key = (n: number, c: number) => (name === "batchNorm" ? c : n * x.channels + c);
        const { xhat, moved } = batchOracle(t, x, o, nodes, 1, x.sets(key));
        const { weight, bias } = named(nodes, 1, o);
        const z = activated(t, affine(t, xhat, x.channelOf, weight, bias), o.activation);
        return { outputs: [padded(t, x, o, z)], moved: moved() };
      },
    };
  };

const ghost: Case = (pick) => {
  const x = drawChannels(pick);
  const o = drawOptions(pick, x, { activation: true });
  const virtualBatchSize = pick.one(2, 1, 3, 4);
  const chunks = Math.max(1, Math.ceil(x.batch / virtualBatchSize));
  const chunk = Math.ceil(x.batch / chunks);
  return {
    call: `ghostBatchNorm(x, ${text(x, o, { virtualBatchSize })})`,
    inputs: [input("x", x.shape), ...inputsOf(x, o)],
    run: (all) => ({
      outputs: [ops.ghostBatchNorm(all[0], { ...optionsFor(x, o, all, 1), virtualBatchSize })],
      moved: movedOf(o, all, 1),
    }),
    oracle(t, nodes) {
      const { weight, bias, runningMean, runningVar } = named(nodes, 1, o);
      const sets = x.sets((n, c) => Math.floor(n / chunk) * x.channels + c);
      const { xhat } = batchOracle(t, x, o, nodes, 1, sets);
      let [mean, variance] = [runningMean ?? [], runningVar ?? []];
      // each chunk moves the running statistics, one after the other
      if (o.running && o.training)
        for (const set of valid(x, o, sets)) {
          if (set.length === 0) continue;
          const c = x.channelOf(set[0]);
          const m = moments(t, nodes[0], set, 1);
          mean = mean.with(c, towards(t, mean[c], m.mean, o.momentum));
          variance = variance.with(c, towards(t, variance[c], m.variance, o.momentum));
        }
      const z = activated(t, affine(t, xhat, x.channelOf, weight, bias), o.activation);
      return { outputs: [padded(t, x, o, z)], moved: o.running ? [mean, variance] : [] };
    },
  };
};

const sync: Case = (pick) => {
  const x = drawChannels(pick);
  const o = drawOptions(pick, x, { activation: true, mask: false });
  const cut = Math.min(1, x.batch);
  const pitch = x.channels * x.length;
  const shapes = [cut, x.batch - cut].map((n) => [n, ...x.shape.slice(1)]);
  return {
    call: `syncBatchNorm([a, b], ${text(x, o)})`,
    inputs: [input("a", shapes[0]), input("b", shapes[1], "normal"), ...inputsOf(x, o)],
    run(all) {
      const { mask: _, ...options } = optionsFor(x, o, all, 2);
      return { outputs: ops.syncBatchNorm(all.slice(0, 2), options), moved: movedOf(o, all, 2) };
    },
    oracle(t, [a, b, ...rest]) {
      const nodes = [[...a, ...b], ...rest];
      const { weight, bias } = named(nodes, 1, o);
      const { xhat, moved } = batchOracle(
        t,
        x,
        o,
        nodes,
        1,
        x.sets((_, c) => c),
      );
      const z = activated(t, affine(t, xhat, x.channelOf, weight, bias), o.activation);
      return { outputs: [z.slice(0, cut * pitch), z.slice(cut * pitch)], moved: moved() };
    },
  };
};

const conditional: Case = (pick) => {
  const x = drawChannels(pick);
  const o = { ...drawOptions(pick, x), weight: false, bias: false };
  return {
    call: `conditionalBatchNorm(x, scale, shift, ${text(x, o)})`,
    inputs: [
      input("x", x.shape),
      input("scale", [x.batch, x.channels], "normal"),
      input("shift", [x.batch, x.channels], "normal"),
      ...inputsOf(x, o),
    ],
    run(all) {
      const { weight: _, bias: __, ...options } = optionsFor(x, o, all, 3);
      return {
        outputs: [ops.conditionalBatchNorm(all[0], all[1], all[2], options)],
        moved: movedOf(o, all, 3),
      };
    },
    oracle(t, nodes) {
      const { xhat, moved } = batchOracle(
        t,
        x,
        o,
        nodes,
        3,
        x.sets((_, c) => c),
      );
      const at = (i: number) => x.sampleOf(i) * x.channels + x.channelOf(i);
      const y = affine(t, xhat, at, nodes[1], nodes[2]);
      return { outputs: [padded(t, x, o, y)], moved: moved() };
    },
  };
};

const batchInstance: Case = (pick) => {
  const x = drawChannels(pick, { least: 3 });
  const o = drawOptions(pick, x);
  return {
    call: `batchInstanceNorm(x, gate, ${text(x, o)})`,
    inputs: [input("x", x.shape), input("gate", [x.channels], "share"), ...inputsOf(x, o)],
    run: (all) => ({
      outputs: [ops.batchInstanceNorm(all[0], all[1], optionsFor(x, o, all, 2))],
      moved: movedOf(o, all, 2),
    }),
    oracle(t, nodes) {
      const [data, gate] = nodes;
      const { weight, bias } = named(nodes, 2, o);
      const { xhat, moved } = batchOracle(
        t,
        x,
        o,
        nodes,
        2,
        x.sets((_, c) => c),
      );
      const own = x.sets((n, c) => n * x.channels + c);
      const instance = normalized(t, data, valid(x, o, own), { eps: o.eps });
      const mixed = xhat.map((a, i) => {
        const g = gate[x.channelOf(i)];
        return t.add(t.mul(g, a), t.mul(t.linear(g, -1, 1), instance[i]));
      });
      const y = affine(t, mixed, x.channelOf, weight, bias);
      return { outputs: [padded(t, x, o, y)], moved: moved() };
    },
  };
};

const renorm: Case = (pick) => {
  const x = drawChannels(pick);
  const o = { ...drawOptions(pick, x), running: true };
  const [rMax, dMax] = pick.one([3, 5], [1, 0], [1.5, 0.5]);
  return {
    call: `batchRenorm(x, ${text(x, o, { rMax, dMax })})`,
    inputs: [input("x", x.shape), ...inputsOf(x, o)],
    run: (all) => ({
      outputs: [ops.batchRenorm(all[0], { ...optionsFor(x, o, all, 1), rMax, dMax })],
      moved: movedOf(o, all, 1),
    }),
    oracle(t, nodes) {
      const { weight, bias, runningMean = [], runningVar = [] } = named(nodes, 1, o);
      const sets = valid(
        x,
        o,
        x.sets((_, c) => c),
      );
      const { xhat, moved } = batchOracle(
        t,
        x,
        o,
        nodes,
        1,
        x.sets((_, c) => c),
      );
      let y = xhat;
      if (o.training)
        for (const set of sets) {
          if (set.length === 0) continue;
          const c = x.channelOf(set[0]);
          const { mean, variance } = moments(t, nodes[0], set);
          const std = Math.sqrt(t.at(runningVar[c]) + o.eps);
          const clip = (v: number, low: number, high: number) => Math.min(Math.max(v, low), high);
          // these are constants to the gradient, but made of the batch and the running statistics
          const held = (v: number, ...of: Node[]) =>
            t.node(
              v,
              of,
              of.map(() => 0),
              Math.abs(v),
            );
          const r = held(
            clip(Math.sqrt(t.at(variance) + o.eps) / std, 1 / rMax, rMax),
            variance,
            runningVar[c],
          );
          const d = held(
            clip((t.at(mean) - t.at(runningMean[c])) / std, -dMax, dMax),
            mean,
            variance,
            runningMean[c],
            runningVar[c],
          );
          for (const i of set) y = y.with(i, t.add(t.mul(xhat[i], r), d));
        }
      const z = affine(t, y, x.channelOf, weight, bias);
      return { outputs: [padded(t, x, o, z)], moved: moved() };
    },
  };
};

export const batch: Record<string, Case> = {
  batchNorm: channelwise("batchNorm"),
  instanceNorm: channelwise("instanceNorm"),
  ghostBatchNorm: ghost,
  syncBatchNorm: sync,
  conditionalBatchNorm: conditional,
  batchInstanceNorm: batchInstance,
  batchRenorm: renorm,
  switchableNorm,
};
