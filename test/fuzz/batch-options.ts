// The common part of the batch family's cases: options, running statistics, masks, and the oracle of batch norm.
import type { Activation } from "../../src/ops/index.js";
import { type Shape, type Tensor, tensor } from "../../src/tensor.js";
import { input, type Pick, show } from "./draw.js";
import { drawActivation } from "./maps.js";
import { type Channels, moments, normalized } from "./norms.js";
import type { Node, Tape } from "./tape.js";

/** The batch norm options that a case passes, and their text in the call. */
export interface Options {
  training: boolean;
  running: boolean;
  weight: boolean;
  bias: boolean;
  eps: number;
  momentum: number;
  activation: Activation | null;
  mask: Uint8Array | null;
}

export function drawOptions(
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

export const text = (x: Channels, { mask, ...o }: Options, more: object = {}): string =>
  `${show({ ...o, ...more, layout: x.layout })}${mask ? ` mask [${mask}]` : ""}`;

export const inputsOf = (x: Channels, o: Options) => [
  ...(o.weight ? [input("weight", [x.channels], "normal")] : []),
  ...(o.bias ? [input("bias", [x.channels], "normal")] : []),
  ...(o.running
    ? [
        input("runningMean", [x.channels], "normal", false),
        input("runningVar", [x.channels], "positive", false),
      ]
    : []),
];

/** The names of the tensors, or nodes, after the first `skip`. */
export function named<T>(all: T[], skip: number, o: Options) {
  let next = skip;
  const take = (is: boolean) => (is ? all[next++] : undefined);
  return {
    weight: take(o.weight),
    bias: take(o.bias),
    runningMean: take(o.running),
    runningVar: take(o.running),
  };
}

export const spaceOf = (x: Channels): Shape =>
  x.layout === "nhwc" ? x.shape.slice(0, -1) : [x.shape[0], ...x.shape.slice(2)];

export function optionsFor(x: Channels, o: Options, all: Tensor[], skip: number) {
  const { weight, bias, runningMean, runningVar } = named(all, skip, o);
  const mask = o.mask && tensor(o.mask, spaceOf(x), { runtime: all[0].runtime });
  const { training, eps, momentum, activation } = o;
  return {
    ...{ weight, bias, runningMean, runningVar, mask, training, eps, momentum },
    ...(activation ? { activation } : {}),
    layout: x.layout,
  };
}
export const movedOf = (o: Options, all: Tensor[], skip: number) => {
  const { runningMean, runningVar } = named(all, skip, o);
  return o.running ? [runningMean as Tensor, runningVar as Tensor] : [];
};

/** The sets without the padding. */
export const valid = (x: Channels, o: Options, sets: number[][]) =>
  sets.map((set) =>
    set.filter((i) => !o.mask || o.mask[x.sampleOf(i) * x.length + x.positionOf(i)]),
  );
/** Sets the padding to zero. */
export const padded = (t: Tape, x: Channels, o: Options, y: Node[]) =>
  Array.from({ length: x.batch * x.channels * x.length }, (_, i) =>
    o.mask && !o.mask[x.sampleOf(i) * x.length + x.positionOf(i)] ? t.leaf(0) : y[i],
  );

export const towards = (t: Tape, old: Node, now: Node, momentum: number) =>
  t.add(t.linear(old, 1 - momentum), t.linear(now, momentum));

/** The output (x − running mean)/√(running variance + eps). */
export const byRunning = (
  t: Tape,
  x: Node[],
  channelOf: (i: number) => number,
  mean: Node[],
  variance: Node[],
  eps: number,
) =>
  x.map((a, i) =>
    t.mul(t.sub(a, mean[channelOf(i)]), t.pow(t.linear(variance[channelOf(i)], 1, eps), -0.5)),
  );

/**
 * The normalised output, and the new running statistics of each channel. If a channel has `parts` sets, their average
 * counts.
 */
export function batchOracle(
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
    const average = (c: number, read: (m: ReturnType<typeof moments>) => Node) =>
      t.mean(by(c).map((set) => read(moments(t, data, set, 1))));
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
