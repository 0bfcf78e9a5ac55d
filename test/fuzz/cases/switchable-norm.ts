import * as ops from "../../../src/ops/index.js";
import {
  drawOptions,
  inputsOf,
  movedOf,
  named,
  optionsFor,
  text,
  towards,
} from "../batch-options.js";
import { type Case, input } from "../draw.js";
import { affine, drawChannels, moments } from "../norms.js";
import type { Node, Tape } from "../tape.js";

const softmax3 = (t: Tape, w: Node[]) => {
  const largest = Math.max(...w.map(t.at));
  const powers = w.map((a) => t.exp(t.linear(a, 1, -largest)));
  const total = t.sum(powers);
  return powers.map((a) => t.div(a, total));
};

/** Mean and variance are mixes of the statistics of instance, layer and batch. */
export const switchableNorm: Case = (pick) => {
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
      // all means are differences from one number, so that a large mean costs no digits
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
