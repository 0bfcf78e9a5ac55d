// Norms with the statistics of a batch, and those that mix them with others.
import * as ops from "../../../src/ops/index.js";
import { type Shape, type Tensor, tensor } from "../../../src/tensor.js";
import { type Case, input, type Pick, show } from "../draw.js";
import { affine, type Channels, drawChannels, moments, normalized } from "../norms.js";
import type { Node, Tape } from "../tape.js";
import { activated, drawActivation } from "./elementwise.js";

/** The options of batch norm that a case passes, and what a call in words says of them. */
interface Options {
  training: boolean;
  running: boolean;
  weight: boolean;
  bias: boolean;
  eps: number;
  momentum: number;
  activation: ops.Activation | null;
  mask: Uint8Array | null;
}

function drawOptions(
  pick: Pick,
  x: Channels,
  { activation = false, training = true, mask = true } = {},
): Options {
  const evaluation = training && pick.rarely(3);
  const masked = mask && pick.rarely(4);
  return {
    training: !evaluation,
    running: evaluation || pick.maybe(),
    weight: !pick.rarely(4),
    bias: !pick.rarely(4),
    eps: pick.eps(),
    momentum: pick.one(0.1, 0.3),
    activation: activation ? drawActivation(pick) : null,
    mask: masked
      ? Uint8Array.from({ length: x.batch * x.length }, () => (pick.rarely(3) ? 0 : 1))
      : null,
  };
}

const text = (x: Channels, { mask, ...o }: Options, more: object = {}): string =>
  `${show({ ...o, ...more, layout: x.layout })}${mask ? ` mask [${mask}]` : ""}`;

const inputsOf = (x: Channels, o: Options) => [
  ...(o.weight ? [input("weight", [x.channels], "normal")] : []),
  ...(o.bias ? [input("bias", [x.channels], "normal")] : []),
  ...(o.running
    ? [
        input("runningMean", [x.channels], "normal", false),
        input("runningVar", [x.channels], "positive", false),
      ]
    : []),
];

/** What the tensors, or nodes, behind `skip` others are. */
function named<T>(all: T[], skip: number, o: Options) {
  let next = skip;
  const take = (is: boolean) => (is ? all[next++] : undefined);
  return {
    weight: take(o.weight),
    bias: take(o.bias),
    runningMean: take(o.running),
    runningVar: take(o.running),
  };
}

const spaceOf = (x: Channels): Shape =>
  x.layout === "nhwc" ? x.shape.slice(0, -1) : [x.shape[0], ...x.shape.slice(2)];

function optionsFor(x: Channels, o: Options, all: Tensor[], skip: number) {
  const { weight, bias, runningMean, runningVar } = named(all, skip, o);
  const mask = o.mask && tensor(o.mask, spaceOf(x), { runtime: all[0].runtime });
  const { training, eps, momentum, activation } = o;
  return {
    ...{ weight, bias, runningMean, runningVar, mask, training, eps, momentum },
    ...(activation ? { activation } : {}),
    layout: x.layout,
  };
}
const movedOf = (o: Options, all: Tensor[], skip: number) => {
  const { runningMean, runningVar } = named(all, skip, o);
  return o.running ? [runningMean as Tensor, runningVar as Tensor] : [];
};

/** Sets without the padding. */
const valid = (x: Channels, o: Options, sets: number[][]) =>
  sets.map((set) =>
    set.filter((i) => !o.mask || o.mask[x.sampleOf(i) * x.length + x.positionOf(i)]),
  );
/** Zeros at the padding. */
const padded = (t: Tape, x: Channels, o: Options, y: Node[]) =>
  Array.from({ length: x.batch * x.channels * x.length }, (_, i) =>
    o.mask && !o.mask[x.sampleOf(i) * x.length + x.positionOf(i)] ? t.leaf(0) : y[i],
  );

const towards = (t: Tape, old: Node, now: Node, momentum: number) =>
  t.add(t.linear(old, 1 - momentum), t.linear(now, momentum));

/** (x − running mean)/√(running variance + eps) */
const byRunning = (
  t: Tape,
  x: Node[],
  of: (i: number) => number,
  mean: Node[],
  variance: Node[],
  eps: number,
) => x.map((a, i) => t.mul(t.sub(a, mean[of(i)]), t.pow(t.linear(variance[of(i)], 1, eps), -0.5)));

/** Normalised, and the running statistics as they move: by channel, `parts` sets of a channel averaged. */
function batchOracle(
  t: Tape,
  x: Channels,
  o: Options,
  nodes: Node[][],
  skip: number,
  sets: number[][],
) {
  const [data] = nodes;
  const { runningMean, runningVar } = named(nodes, skip, o);
  const counted = valid(x, o, sets);
  const xhat = o.training
    ? normalized(t, data, counted, { eps: o.eps })
    : byRunning(t, data, x.channelOf, runningMean ?? [], runningVar ?? [], o.eps);
  const moved = () => {
    if (!o.running) return [];
    const [mean, variance] = [runningMean as Node[], runningVar as Node[]];
    if (!o.training) return [mean, variance];
    const by = (c: number) => counted.filter((set) => set.length > 0 && x.channelOf(set[0]) === c);
    const average = (c: number, of: (m: ReturnType<typeof moments>) => Node) =>
      t.mean(by(c).map((set) => of(moments(t, data, set, 1))));
    return [
      mean.map((old, c) =>
        by(c).length
          ? towards(
              t,
              old,
              average(c, (m) => m.mean),
              o.momentum,
            )
          : old,
      ),
      variance.map((old, c) =>
        by(c).length
          ? towards(
              t,
              old,
              average(c, (m) => m.variance),
              o.momentum,
            )
          : old,
      ),
    ];
  };
  return { xhat, moved };
}

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
      // the chunks move the running statistics one after the other
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
          // constants to the gradient, but made of the batch and the running statistics
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

const softmax3 = (t: Tape, w: Node[]) => {
  const largest = Math.max(...w.map(t.at));
  const powers = w.map((a) => t.exp(t.linear(a, 1, -largest)));
  const total = t.sum(powers);
  return powers.map((a) => t.div(a, total));
};

const switchable: Case = (pick) => {
  const x = drawChannels(pick, { least: 3 });
  const o = drawOptions(pick, x, { mask: false });
  return {
    call: `switchableNorm(x, meanWeight, varWeight, ${text(x, o)})`,
    inputs: [
      input("x", x.shape),
      input("meanWeight", [3], "normal"),
      input("varWeight", [3], "normal"),
      ...inputsOf(x, o),
    ],
    run(all) {
      const { mask: _, ...options } = optionsFor(x, o, all, 3);
      return {
        outputs: [ops.switchableNorm(all[0], all[1], all[2], options)],
        moved: movedOf(o, all, 3),
      };
    },
    oracle(t, nodes) {
      const [data, meanWeight, varWeight] = nodes;
      const { weight, bias, runningMean = [], runningVar = [] } = named(nodes, 3, o);
      const { batch, channels, length } = x;
      const [a, b] = [softmax3(t, meanWeight), softmax3(t, varWeight)];
      // all means as differences from a number of their own: a large mean must not eat the digits
      const plane = (n: number, c: number) => n * channels + c;
      const own = Array.from({ length: batch * channels }, (_, p) => {
        const set = Array.from({ length }, (_, k) =>
          x.at(Math.floor(p / channels), p % channels, k),
        );
        return moments(t, data, set, 1);
      });
      const over = (planes: number[]) => {
        const { mean, exact, centred } = t.centre(planes.map((p) => own[p].exact));
        const spread = planes.map((p, k) => t.add(own[p].variance, t.mul(centred[k], centred[k])));
        return { mean, exact, variance: t.mean(spread) };
      };
      const layer = Array.from({ length: batch }, (_, n) =>
        over(Array.from({ length: channels }, (_, c) => plane(n, c))),
      );
      const all = Array.from({ length: channels }, (_, c) =>
        over(Array.from({ length: batch }, (_, n) => plane(n, c))),
      );
      const ofBatch = o.training
        ? all
        : runningMean.map((mean, c) => ({ exact: mean, variance: runningVar[c] }));
      const y = data.map((v, i) => {
        const [n, c] = [x.sampleOf(i), x.channelOf(i)];
        const three = [own[plane(n, c)], layer[n], ofBatch[c]];
        // x − Σ aₖ·meanₖ = Σ aₖ·(x − meanₖ)
        const difference = t.dot(
          a,
          three.map(({ exact }) => t.sub(v, exact)),
        );
        const variance = t.dot(
          b,
          three.map(({ variance }) => variance),
        );
        return t.mul(difference, t.pow(t.linear(variance, 1, o.eps), -0.5));
      });
      const moved = !o.training
        ? [runningMean, runningVar]
        : [
            runningMean.map((old, c) => towards(t, old, all[c].mean, o.momentum)),
            runningVar.map((old, c) => towards(t, old, all[c].variance, o.momentum)),
          ];
      return { outputs: [affine(t, y, x.channelOf, weight, bias)], moved: o.running ? moved : [] };
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
  switchableNorm: switchable,
};
