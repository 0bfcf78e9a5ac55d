// Methods for weights, and norms that use matrices or have a backward pass of their own.
import * as ops from "../../../src/ops/index.js";
import { type Shape, sizeOf } from "../../../src/shape.js";
import { type Case, input, type Pick, show } from "../draw.js";
import { affine, drawChannels, moments } from "../norms.js";
import type { Node, Tape } from "../tape.js";

const sliceOf = (shape: Shape, dim: number | null) => (i: number) =>
  dim === null ? 0 : Math.floor(i / sizeOf(shape.slice(dim + 1))) % shape[dim];

function slices(shape: Shape, dim: number | null): number[][] {
  const sets: number[][] = Array.from({ length: dim === null ? 1 : shape[dim] }, () => []);
  for (let i = 0; i < sizeOf(shape); i++) sets[sliceOf(shape, dim)(i)].push(i);
  return sets;
}
const lengthOf = (t: Tape, v: readonly Node[], set: readonly number[]): Node => {
  const list = set.map((i) => v[i]);
  return t.sqrt(t.dot(list, list));
};
const drawDim = (pick: Pick, shape: Shape): number | null =>
  pick.rarely(4) ? null : pick.int(0, shape.length - 1);

const weightNorm: Case = (pick) => {
  const shape = pick.shape(1, 4);
  const dim = drawDim(pick, shape);
  const lengths = dim === null ? [] : shape.map((n, axis) => (axis === dim ? n : 1));
  return {
    call: `weightNorm(v, g, ${dim})`,
    inputs: [input("v", shape), input("g", lengths, "normal")],
    run: ([v, g]) => ({ outputs: [ops.weightNorm(v, g, dim)] }),
    oracle(t, [v, g]) {
      const y: Node[] = [];
      for (const [k, set] of slices(shape, dim).entries()) {
        const scale = t.div(g[k], lengthOf(t, v, set));
        for (const i of set) y[i] = t.mul(v[i], scale);
      }
      return { outputs: [y] };
    },
  };
};

const weightLengths: Case = (pick) => {
  const shape = pick.shape(1, 4);
  const dim = drawDim(pick, shape);
  return {
    call: `weightLengths(v, ${dim})`,
    inputs: [input("v", shape, "kind", false)],
    run: ([v]) => ({ outputs: [ops.weightLengths(v, dim)] }),
    oracle: (t, [v]) => ({ outputs: [slices(shape, dim).map((set) => lengthOf(t, v, set))] }),
  };
};

/** u and v are constants to the gradient and do not move. */
const spectralNorm: Case = (pick) => {
  const shape = pick.shape(2, 4, 300);
  const dim = pick.int(0, 1);
  const inner = sizeOf(shape.slice(dim + 1));
  const rows = shape[dim];
  const column = (i: number) => Math.floor(i / (inner * rows)) * inner + (i % inner);
  return {
    call: `spectralNorm(w, u, v, { dim: ${dim}, iterations: 0 })`,
    inputs: [
      input("w", shape),
      input("u", [rows], "normal", false),
      input("v", [rows ? sizeOf(shape) / rows : sizeOf(shape.with(dim, 1))], "normal", false),
    ],
    run: ([w, u, v]) => ({ outputs: [ops.spectralNorm(w, u, v, { dim, iterations: 0 })] }),
    oracle(t, [w, u, v]) {
      const factors = w.map((_, i) => t.mul(u[sliceOf(shape, dim)(i)], v[column(i)]));
      const sigma = t.dot(w, factors);
      return { outputs: [w.map((a) => t.div(a, sigma))] };
    },
  };
};

const standardized =
  (name: "weightStandardization" | "scaledWeightStandardization"): Case =>
  (pick) => {
    const shape = pick.shape(2, 4);
    const scaled = name === "scaledWeightStandardization";
    const plain = { eps: pick.eps(), epsInside: pick.maybe(), correction: pick.one<0 | 1>(1, 0) };
    const own = { eps: pick.eps(1e-4), gamma: pick.one(1, 1.7), epsAdded: pick.maybe() };
    const n = sizeOf(shape.slice(1));
    return {
      call: scaled ? `${name}(w, { gain, ${show(own)} })` : `${name}(w, ${show(plain)})`,
      inputs: [input("w", shape), ...(scaled ? [input("gain", [shape[0]], "normal")] : [])],
      run: ([w, gain]) => ({
        outputs: [
          scaled
            ? ops.scaledWeightStandardization(w, { gain, ...own })
            : ops.weightStandardization(w, plain),
        ],
      }),
      oracle(t, [w, gain]) {
        const y: Node[] = [];
        for (const [k, set] of slices(shape, 0).entries()) {
          if (set.length === 0) continue;
          const { centred, variance } = moments(t, w, set, scaled ? 0 : plain.correction);
          const least = scaled ? own.eps : plain.eps;
          // a constant has no deviation to divide by: its result is 0
          const constant = least === 0 && t.at(variance) === 0;
          const by = scaled ? scaledBy : plainBy;
          const scale = constant ? t.node(0, [variance], [0]) : by(t, variance);
          set.forEach((i, j) => {
            const z = t.mul(centred[j], scale);
            y[i] = scaled ? t.mul(z, gain[k]) : z;
          });
        }
        return { outputs: [y] };
      },
    };

    function plainBy(t: Tape, variance: Node): Node {
      if (plain.epsInside) return t.pow(t.linear(variance, 1, plain.eps), -0.5);
      // the deviation of a constant has no slope
      if (t.at(variance) === 0) return t.node(1 / plain.eps, [variance], [0]);
      return t.pow(t.linear(t.sqrt(variance), 1, plain.eps), -1);
    }
    function scaledBy(t: Tape, variance: Node): Node {
      const inner = own.epsAdded
        ? t.linear(variance, n, own.eps * n)
        : t.max([t.leaf(own.eps), t.linear(variance, n)]);
      return t.linear(t.pow(inner, -0.5), own.gamma);
    }
  };

const iterNorm: Case = (pick) => {
  const x = drawChannels(pick, { channels: () => pick.one(2, 1, 3, 4, 6), largest: 200 });
  const groups = x.channels % 2 === 0 ? pick.one(1, 2) : 1;
  const options = { groups, iterations: pick.one(5, 0, 1), eps: pick.eps(), layout: x.layout };
  const { iterations, eps } = options;
  const count = x.batch * x.length;
  return {
    call: `iterNorm(x, { weight, bias, training: true, ${show(options)} })`,
    inputs: [
      input("x", x.shape),
      input("weight", [x.channels], "normal"),
      input("bias", [x.channels], "normal"),
    ],
    roundings: 256, // five steps with three matrix products each
    run: ([a, weight, bias]) => ({
      outputs: [ops.iterNorm(a, { weight, bias, training: true, ...options })],
    }),
    oracle(t, [data, weight, bias]) {
      const width = x.channels / groups;
      const y: Node[] = [];
      const indices = (c: number) =>
        Array.from({ length: count }, (_, k) => x.at(Math.floor(k / x.length), c, k % x.length));
      for (let g = 0; g < groups && count > 0; g++) {
        const rows = Array.from({ length: width }, (_, r) => {
          const set = indices(g * width + r);
          return { set, centred: t.centre(set.map((i) => data[i])).centred };
        });
        const square = rows.map((a, i) =>
          rows.map((b, j) => t.linear(t.dot(a.centred, b.centred), 1 / count, i === j ? eps : 0)),
        );
        const trace = t.sum(square.map((row, i) => row[i]));
        const scaled = square.map((row) => row.map((a) => t.div(a, trace)));
        const product = (a: Node[][], b: Node[][]) =>
          a.map((row) =>
            b[0].map((_, j) =>
              t.dot(
                row,
                b.map((r) => r[j]),
              ),
            ),
          );
        let root = rows.map((_, i) => rows.map((_, j) => t.leaf(Number(i === j))));
        for (let k = 0; k < iterations; k++) {
          const step = product(product(product(root, root), root), scaled);
          root = root.map((row, i) =>
            row.map((a, j) => t.add(t.linear(a, 1.5), t.linear(step[i][j], -0.5))),
          );
        }
        const by = t.pow(trace, -0.5);
        for (let r = 0; r < width; r++)
          for (let k = 0; k < count; k++)
            y[rows[r].set[k]] = t.mul(
              t.dot(
                root[r],
                rows.map((a) => a.centred[k]),
              ),
              by,
            );
      }
      return { outputs: [affine(t, y, x.channelOf, weight, bias)] };
    },
  };
};

const powerNorm: Case = (pick) => {
  const x = drawChannels(pick);
  const [training, warmUp] = [!pick.rarely(3), pick.maybe()];
  const options = { training, warmUp, eps: pick.eps(), layout: x.layout };
  return {
    call: `powerNorm(x, { weight, bias, runningPhi, emaGz, ${show(options)} })`,
    inputs: [
      input("x", x.shape),
      input("weight", [x.channels], "normal"),
      input("bias", [x.channels], "normal"),
      input("runningPhi", [x.channels], "positive", false),
      input("emaGz", [x.channels], "normal", false),
    ],
    run: ([a, weight, bias, runningPhi, emaGz]) => ({
      outputs: [ops.powerNorm(a, { weight, bias, runningPhi, emaGz, ...options })],
      moved: [runningPhi],
    }),
    oracle(t, [data, weight, bias, phi, ema]) {
      const y: Node[] = [];
      let moved = phi;
      for (const set of x.sets((_, c) => c)) {
        const c = x.channelOf(set[0]);
        const square = t.square(set.map((i) => data[i]));
        const root = (a: Node) => t.pow(t.linear(a, 1, options.eps), -0.5);
        const forward = root(training && warmUp ? square : phi[c]);
        const back = training ? root(square) : forward;
        // the backward pass is the paper's approximation: the gradient with the batch's own mean square, taken as a
        // constant
        for (const i of set) {
          const value = t.at(data[i]) * t.at(forward);
          y[i] = t.node(
            value,
            [data[i], forward, back, ema[c]],
            [t.at(back), 0, 0, 0],
            Math.abs(value) * 4,
          );
        }
        if (training) moved = moved.with(c, t.add(t.linear(phi[c], 0.9), t.linear(square, 0.1)));
      }
      return { outputs: [affine(t, y, x.channelOf, weight, bias)], moved: [moved] };
    },
    // the part that the running mean of gradients subtracts
    offset(t, [data, , , phi, ema]) {
      const off = new Float64Array(data.length);
      if (!training) return off;
      for (const set of x.sets((_, c) => c)) {
        const c = x.channelOf(set[0]);
        const square = t.at(t.square(set.map((i) => data[i])));
        const by = Math.sqrt((warmUp ? square : t.at(phi[c])) + options.eps);
        for (const i of set)
          off[i] = (-0.1 * t.at(ema[c]) * t.at(data[i])) / by / Math.sqrt(square + options.eps);
      }
      return off;
    },
  };
};

export const weights: Record<string, Case> = {
  weightNorm,
  weightLengths,
  spectralNorm,
  weightStandardization: standardized("weightStandardization"),
  scaledWeightStandardization: standardized("scaledWeightStandardization"),
  iterNorm,
  powerNorm,
};
