// Norms over the last axes, norms over any axis, and related operations.
import * as ops from "../../../src/ops/index.js";
import { sizeOf } from "../../../src/shape.js";
import { type Case, input, show } from "../draw.js";
import { activated, drawActivation } from "../maps.js";
import { affine, normalized, setsAlong } from "../norms.js";
import type { Node, Tape } from "../tape.js";

const rowsOf = (size: number, d: number): number[][] =>
  d === 0
    ? []
    : Array.from({ length: size / d }, (_, r) => Array.from({ length: d }, (_, i) => r * d + i));

/** x divided by its p-norm along each set. The divisor is at least eps. */
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
    // PyTorch's clamp_min: if the length is eps or more, the length gets the gradient
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
        // the norm too gets the sum as float32
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

/** a + b rounded to float32, without an error of its own. */
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
};
