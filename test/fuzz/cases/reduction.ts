// Sums and operations made of sums: means, softmax, losses.
import * as ops from "../../../src/ops/index.js";
import { sizeOf } from "../../../src/shape.js";
import { tensor } from "../../../src/tensor.js";
import { coordinates } from "../../reference/broadcast.js";
import { type Case, input, type Pick, show } from "../draw.js";
import { maps } from "../maps.js";
import { setsAlong } from "../norms.js";
import type { Node, Tape } from "../tape.js";

const byName = { ...ops };

const softmax =
  (name: "softmax" | "logSoftmax"): Case =>
  (pick) => {
    const shape = pick.shape(1, 3);
    const dim = pick.int(0, shape.length - 1);
    return {
      call: `${name}(x, ${dim})`,
      inputs: [input("x", shape)],
      run: ([x]) => ({ outputs: [byName[name](x, dim)] }),
      oracle(t, [x]) {
        const y: Node[] = [];
        for (const set of setsAlong(shape, [dim])) {
          const list = set.map((i) => x[i]);
          for (const [k, a] of softmaxOf(t, list, name === "logSoftmax").entries()) y[set[k]] = a;
        }
        return { outputs: [y] };
      },
    };
  };

/** e^(x − max)/Σ, or its logarithm. The maximum is a constant to the gradient. */
export function softmaxOf(t: Tape, list: readonly Node[], log = false): Node[] {
  const largest = Math.max(...list.map(t.at));
  const powers = list.map((a) => {
    const v = t.at(a) - largest;
    const power = Math.exp(v);
    // x − max is rounded once
    return t.node(power, [a], [power], power * (1 + Math.abs(v)) + 2 ** -100, [power + 2 ** -100]);
  });
  const total = t.sum(powers);
  if (!log) return powers.map((a) => t.div(a, total));
  const rest = t.log(total);
  return list.map((a) =>
    t.node(
      t.at(a) - largest - t.at(rest),
      [a, rest],
      [1, -1],
      Math.abs(t.at(a) - largest) + Math.abs(t.at(rest)),
    ),
  );
}

const drawReduction = (pick: Pick) => pick.one<ops.Reduction>("mean", "sum", "none");
const reduced = (t: Tape, list: Node[], reduction: ops.Reduction) =>
  reduction === "none" ? list : [reduction === "sum" ? t.sum(list) : t.mean(list)];

const crossEntropy: Case = (pick) => {
  const [n, classes] = [pick.length(), pick.one(2, 1, 3, 5, 17)];
  const space = pick.maybe() ? [] : [pick.one(1, 3, 5)];
  const count = n * sizeOf(space);
  const targets = Array.from({ length: count }, () =>
    pick.rarely(8) ? -100 : pick.int(0, classes - 1),
  );
  const options = { reduction: drawReduction(pick), labelSmoothing: pick.one(0, 0.1, 1) };
  const inner = sizeOf(space);
  return {
    call: `crossEntropy(x, [${targets}], ${show(options)})`,
    inputs: [input("x", [n, classes, ...space])],
    run: ([x]) => ({ outputs: [ops.crossEntropy(x, targets, options)] }),
    oracle(t, [x]) {
      const { labelSmoothing: s, reduction } = options;
      const losses = targets.map((target, r) => {
        const at = (c: number) => (Math.floor(r / inner) * classes + c) * inner + (r % inner);
        const row = Array.from({ length: classes }, (_, c) => x[at(c)]);
        if (target < 0) return t.node(0, [], [], 0);
        const logs = softmaxOf(t, row, true);
        const shares = logs.map((a, c) => t.linear(a, -(s / classes + (c === target ? 1 - s : 0))));
        return t.sum(shares.filter((_, c) => s > 0 || c === target));
      });
      const counted = targets.filter((target) => target >= 0).length;
      const sum = t.sum(losses);
      if (reduction === "mean") return { outputs: [[t.linear(sum, 1 / counted)]] };
      return { outputs: [reduction === "sum" ? [sum] : losses] };
    },
  };
};

/** Probabilities as targets, or weights of the classes. */
const shares: Case = (pick) => {
  const [n, classes] = [pick.length(), pick.one(2, 1, 3, 5, 17)];
  const soft = pick.maybe();
  const w = Array.from({ length: classes }, () => pick.one(1, 0.5, 2));
  const targets = Array.from({ length: n }, () => pick.int(0, classes - 1));
  const options = { reduction: drawReduction(pick), labelSmoothing: pick.one(0, 0.125) };
  const { reduction, labelSmoothing: s } = options;
  return {
    call: `crossEntropy(x, ${soft ? "p" : `[${targets}]`}, ${show({ ...options, weight: w })})`,
    inputs: [input("x", [n, classes]), input("p", [n, classes], "share", soft)],
    run: ([x, p], runtime) => {
      using weight = tensor(w, [classes], { runtime });
      return { outputs: [ops.crossEntropy(x, soft ? p : targets, { ...options, weight })] };
    },
    oracle(t, [x, p]) {
      const losses = targets.map((target, r) => {
        const logs = softmaxOf(t, x.slice(r * classes, (r + 1) * classes), true);
        const terms = logs.map((a, c) => {
          if (!soft) return t.linear(a, -w[c] * (s / classes + (c === target ? 1 - s : 0)));
          return t.linear(t.mul(a, t.linear(p[r * classes + c], 1 - s, s / classes)), -w[c]);
        });
        return t.sum(terms.filter((_, c) => soft || s > 0 || c === target));
      });
      const total = soft ? n : targets.reduce((sum, target) => sum + w[target], 0);
      if (reduction === "mean") return { outputs: [[t.linear(t.sum(losses), 1 / total)]] };
      return { outputs: [reduction === "sum" ? [t.sum(losses)] : losses] };
    },
  };
};

/** A loss of each element, reduced. */
const elementLoss =
  (
    name: "l1Loss" | "smoothL1Loss" | "huberLoss" | "klDiv" | "binaryCrossEntropyWithLogits",
    options: object,
    targets: "normal" | "share",
    term: (t: Tape, x: Node, target: Node) => Node,
  ): Case =>
  (pick) => {
    const shape = pick.shape(0, 3);
    const all = { ...options, reduction: drawReduction(pick) };
    return {
      call: `${name}(x, target, ${show(all)})`,
      inputs: [input("x", shape), input("target", shape, targets)],
      run: ([x, target]) => ({ outputs: [byName[name](x, target, all)] }),
      oracle: (t, [x, target]) => ({
        outputs: [
          reduced(
            t,
            x.map((a, i) => term(t, a, target[i])),
            all.reduction,
          ),
        ],
      }),
    };
  };

/** A parabola of |x − target| up to `edge`, then a line. */
const bent =
  (edge: number, slope: number) =>
  (t: Tape, x: Node, target: Node): Node => {
    const d = t.sub(x, target);
    const v = t.at(d);
    const far = !(Math.abs(v) < edge);
    const value = far ? Math.abs(v) - edge / 2 : (v * v) / 2 / edge;
    const steep = slope * (far ? Math.sign(v) || 0 : v / edge);
    return t.map(d, slope * value, steep, slope);
  };

const mseLoss: Case = (pick) => {
  const shape = pick.shape(0, 3);
  const reduction = drawReduction(pick);
  return {
    call: `mseLoss(x, target, { reduction: "${reduction}" })`,
    inputs: [input("x", shape), input("target", shape, "normal")],
    run: ([x, target]) => ({ outputs: [ops.mseLoss(x, target, { reduction })] }),
    oracle(t, [x, target]) {
      const squares = x.map((a, i) => t.pow(t.sub(a, target[i]), 2));
      return { outputs: [reduced(t, squares, reduction)] };
    },
  };
};

const reduction =
  (name: "sum" | "mean"): Case =>
  (pick) => {
    const shape = pick.shape(1, 4);
    const axes = shape.map((_, axis) => axis).filter(() => pick.maybe());
    const keepdim = pick.maybe();
    if (axes.length === 0) axes.push(shape.length - 1);
    return {
      call: `${name}(x, [${axes}], ${keepdim})`,
      inputs: [input("x", shape)],
      run: ([x]) => ({ outputs: [byName[name](x, axes, keepdim)] }),
      oracle(t, [x]) {
        const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
        const lists: Node[][] = Array.from({ length: sizeOf(kept) }, () => []);
        for (const [i, a] of x.entries()) {
          const at = coordinates(i, shape);
          const to = kept.reduce((index, n, axis) => index * n + (n === 1 ? 0 : at[axis]), 0);
          lists[to].push(a);
        }
        return { outputs: [lists.map((list) => t[name](list))] };
      },
    };
  };

export const reductions: Record<string, Case> = {
  softmax: softmax("softmax"),
  logSoftmax: softmax("logSoftmax"),
  crossEntropy,
  "crossEntropy, shares": shares,
  mseLoss,
  l1Loss: elementLoss("l1Loss", {}, "normal", bent(0, 1)),
  smoothL1Loss: elementLoss("smoothL1Loss", { beta: 0.5 }, "normal", bent(0.5, 1)),
  huberLoss: elementLoss("huberLoss", { delta: 0.75 }, "normal", bent(0.75, 0.75)),
  klDiv: elementLoss("klDiv", {}, "share", (t, x, p) => t.mul(p, t.sub(t.log(p), x))),
  binaryCrossEntropyWithLogits: elementLoss(
    "binaryCrossEntropyWithLogits",
    {},
    "share",
    (t, x, p) =>
      t.add(
        t.mul(p, maps.softplus(t, t.linear(x, -1))),
        t.mul(t.linear(p, -1, 1), maps.softplus(t, x)),
      ),
  ),
  sum: reduction("sum"),
  mean: reduction("mean"),
};
