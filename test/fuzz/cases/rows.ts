// Norms over the last axes, over any axis, and their kin.
import * as ops from "../../../src/ops/index.js";
import { type Shape, sizeOf } from "../../../src/shape.js";
import { coordinates } from "../../reference/broadcast.js";
import { type Case, input, type Pick, show } from "../draw.js";
import { affine, normalized } from "../norms.js";
import type { Node, Tape } from "../tape.js";
import { activated, drawActivation } from "./elementwise.js";

const byName = { ...ops };

const rowsOf = (size: number, d: number): number[][] =>
  d === 0
    ? []
    : Array.from({ length: size / d }, (_, r) => Array.from({ length: d }, (_, i) => r * d + i));

/** Elements that differ on `axes` alone. */
function setsAlong(shape: Shape, axes: readonly number[]): number[][] {
  const sets = new Map<string, number[]>();
  for (let i = 0; i < sizeOf(shape); i++) {
    const key = coordinates(i, shape)
      .map((at, axis) => (axes.includes(axis) ? 0 : at))
      .join();
    sets.set(key, [...(sets.get(key) ?? []), i]);
  }
  return [...sets.values()];
}

/** x over its p-norm but no less than eps, along each set. */
function lengthNormalized(t: Tape, x: readonly Node[], sets: number[][], p: number, eps: number) {
  const y: Node[] = [];
  for (const set of sets) {
    const list = set.map((i) => x[i]);
    let length: Node;
    if (p === Infinity) {
      const sizes = list.map((a) => t.abs(a));
      const most = Math.max(...sizes.map(t.at));
      const ties = sizes.filter((a) => t.at(a) === most);
      length =
        ties.length < 2 || Number.isNaN(most)
          ? t.max(sizes)
          : t.node(
              most,
              sizes,
              sizes.map((a) => (t.at(a) === most ? 1 / ties.length : 0)),
              0,
            );
    } else {
      const powers = list.map((a) =>
        p === 1 ? t.abs(a) : p === 2 ? t.mul(a, a) : t.pow(t.abs(a), p),
      );
      const sum = t.sum(powers);
      length =
        t.at(sum) === 0
          ? t.node(
              0,
              powers,
              powers.map(() => 0),
              0,
            )
          : t.pow(sum, 1 / p);
    }
    // PyTorch's clamp_min: at or above eps the length itself has the gradient
    const by = t.at(length) < eps ? t.node(eps, [length], [0], 0) : length;
    set.forEach((i, k) => {
      y[i] = t.div(list[k], by);
    });
  }
  return y;
}

const layer =
  (name: "layerNorm" | "rmsNorm", added: boolean): Case =>
  (pick) => {
    const shape = pick.shape(1, 4, added ? 300 : 500);
    const normalizedShape = shape.slice(shape.length - pick.int(1, Math.min(2, shape.length)));
    const d = sizeOf(normalizedShape);
    const [eps, activation, parameters] = [pick.eps(), drawActivation(pick), !pick.rarely(4)];
    const centre = name === "layerNorm";
    const variants = !centre && !added && normalizedShape.length === 1 && pick.rarely(3);
    const unitOffset = !centre && pick.rarely(3);
    const partial = variants && pick.maybe() ? pick.one(0.5, 0.25) : undefined;
    const epsOutside = variants && partial === undefined;
    const options = {
      eps,
      ...(unitOffset ? { unitOffset } : {}),
      ...(partial ? { partial } : {}),
      ...(epsOutside ? { epsOutside } : {}),
      ...(activation && !variants ? { activation } : {}),
    };
    const op = added ? (centre ? "addLayerNorm" : "addRMSNorm") : name;
    const names = parameters ? (centre ? ["weight", "bias"] : ["weight"]) : [];
    return {
      call: `${op}(x, ${added ? "residual, " : ""}[${normalizedShape}], ${show({ ...options, names })})`,
      inputs: [
        input("x", shape),
        ...(added ? [input("residual", shape, "normal")] : []),
        ...names.map((s) => input(s, normalizedShape, "normal")),
      ],
      run(all) {
        const [weight, bias] = all.slice(added ? 2 : 1);
        const given = centre ? { ...options, weight, bias } : { ...options, weight };
        if (!added)
          return {
            outputs: [
              centre
                ? ops.layerNorm(all[0], normalizedShape, given)
                : ops.rmsNorm(all[0], normalizedShape, given),
            ],
          };
        const { output, sum } = centre
          ? ops.addLayerNorm(all[0], all[1], normalizedShape, given)
          : ops.addRMSNorm(all[0], all[1], normalizedShape, given);
        return { outputs: [output, sum] };
      },
      oracle(t, all) {
        // the sum is float32 for the norm as well
        const x = added ? all[0].map((a, i) => rounded(t, a, all[1][i])) : all[0];
        const [weight, bias] = all.slice(added ? 2 : 1);
        const rows = rowsOf(x.length, d);
        let y: Node[];
        if (variants) {
          y = [];
          const counted = partial ? Math.max(1, Math.floor(d * partial)) : d;
          for (const row of rows) {
            const square = t.square(row.slice(0, counted).map((i) => x[i]));
            const root = t.at(square) === 0 && epsOutside ? t.node(0, [square], [0], 0) : null;
            const by = epsOutside
              ? t.linear(root ?? t.sqrt(square), 1, eps)
              : t.sqrt(t.linear(square, 1, eps));
            for (const i of row) y[i] = t.div(x[i], by);
          }
        } else y = normalized(t, x, rows, { eps, centre });
        const factor = unitOffset && weight ? weight.map((a) => t.linear(a, 1, 1)) : weight;
        const z = affine(t, y, (i) => i % d, factor, bias);
        const out = activated(t, z, variants ? null : activation);
        return { outputs: added ? [out, x] : [out] };
      },
    };
  };

/** a + b as float32 has it, without an error of its own. */
const rounded = (t: Tape, a: Node, b: Node): Node =>
  t.node(Math.fround(t.at(a) + t.at(b)), [a, b], [1, 1], 0);

const crmsNorm: Case = (pick) => {
  const shape = pick.shape(1, 3);
  const d = shape.at(-1) as number;
  const eps = pick.eps(1e-8);
  return {
    call: `crmsNorm(x, { weight, eps: ${eps} })`,
    inputs: [input("x", shape), input("weight", [d], "normal")],
    run: ([x, weight]) => ({ outputs: [ops.crmsNorm(x, { weight, eps })] }),
    oracle(t, [x, weight]) {
      const y: Node[] = [];
      for (const row of rowsOf(x.length, d)) {
        const list = row.map((i) => x[i]);
        const last = t.sum(list);
        const rstd = t.pow(t.linear(t.square([...list, last]), 1, eps), -0.5);
        for (const i of row) y[i] = t.mul(t.mul(x[i], rstd), weight[i % d]);
      }
      return { outputs: [y] };
    },
  };
};

const scaleNorm: Case = (pick) => {
  const shape = pick.shape(1, 3);
  const eps = pick.eps();
  return {
    call: `scaleNorm(x, scale, { eps: ${eps} })`,
    inputs: [input("x", shape), input("scale", [], "normal")],
    run: ([x, scale]) => ({ outputs: [ops.scaleNorm(x, scale, { eps })] }),
    oracle(t, [x, [scale]]) {
      const y = lengthNormalized(t, x, rowsOf(x.length, shape.at(-1) as number), 2, eps);
      return { outputs: [y.map((a) => t.mul(a, scale))] };
    },
  };
};

const qkNorm: Case = (pick) => {
  const shape = pick.shape(1, 3, 300);
  const eps = pick.one(1e-12, 1e-5);
  return {
    call: `qkNorm(q, k, scale, { eps: ${eps} })`,
    inputs: [
      input("q", shape),
      input("k", shape, pick.one("normal", "kind")),
      input("scale", [], "normal"),
    ],
    run([q, k, scale]) {
      const made = ops.qkNorm(q, k, scale, { eps });
      return { outputs: [made.q, made.k] };
    },
    oracle(t, [q, k, [scale]]) {
      const rows = rowsOf(q.length, shape.at(-1) as number);
      const y = lengthNormalized(t, q, rows, 2, eps).map((a) => t.mul(a, scale));
      return { outputs: [y, lengthNormalized(t, k, rows, 2, eps)] };
    },
  };
};

const normalize: Case = (pick) => {
  const shape = pick.shape(1, 4);
  const dim = pick.int(0, shape.length - 1);
  const [p, eps] = [pick.one(2, 1, 3, Infinity), pick.one(1e-12, 1e-5)];
  return {
    call: `normalize(x, { p: ${p}, dim: ${dim}, eps: ${eps} })`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.normalize(x, { p, dim, eps })] }),
    oracle: (t, [x]) => ({ outputs: [lengthNormalized(t, x, setsAlong(shape, [dim]), p, eps)] }),
  };
};

const meanVarianceNorm: Case = (pick) => {
  const shape = pick.shape(1, 4);
  const axes = shape.map((_, axis) => axis).filter(() => pick.maybe());
  if (axes.length === 0) axes.push(0);
  const eps = pick.one(1e-18, 1e-5);
  return {
    call: `meanVarianceNorm(x, ${show({ axes, eps })})`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.meanVarianceNorm(x, { axes, eps })] }),
    oracle: (t, [x]) => ({ outputs: [normalized(t, x, setsAlong(shape, axes), { eps })] }),
  };
};

const adaLN: Case = (pick) => {
  const shape = pick.shape(2, 4);
  const d = shape.at(-1) as number;
  const pitch = sizeOf(shape.slice(1));
  const eps = pick.eps(1e-6);
  const maps = [shape[0], d];
  return {
    call: `adaLN(x, scale, shift, { eps: ${eps} })`,
    inputs: [input("x", shape), input("scale", maps, "normal"), input("shift", maps, "normal")],
    run: ([x, scale, shift]) => ({ outputs: [ops.adaLN(x, scale, shift, { eps })] }),
    oracle(t, [x, scale, shift]) {
      const y = normalized(t, x, rowsOf(x.length, d), { eps });
      const at = (i: number) => Math.floor(i / pitch) * d + (i % d);
      const factors = scale.map((a) => t.linear(a, 1, 1));
      return { outputs: [affine(t, y, at, factors, shift)] };
    },
  };
};

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

/** e^(x − max)/Σ, or its logarithm; the maximum is a constant to the gradient. */
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

export const rows: Record<string, Case> = {
  layerNorm: layer("layerNorm", false),
  rmsNorm: layer("rmsNorm", false),
  addLayerNorm: layer("layerNorm", true),
  addRMSNorm: layer("rmsNorm", true),
  crmsNorm,
  scaleNorm,
  qkNorm,
  normalize,
  meanVarianceNorm,
  adaLN,
  softmax: softmax("softmax"),
  logSoftmax: softmax("logSoftmax"),
  crossEntropy,
  mseLoss,
  sum: reduction("sum"),
  mean: reduction("mean"),
};
