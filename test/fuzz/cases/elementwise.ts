// Operations on one number at a time, some with parameters for each channel.
import * as ops from "../../../src/ops/index.js";
import { Generator } from "../../../src/random.js";
import { full, sizeOf, type Tensor } from "../../../src/tensor.js";
import { coordinates, indexOf } from "../../reference/broadcast.js";
import { erf } from "../../reference/erf.js";
import { type Case, type Fill, input, show } from "../draw.js";
import { geluTanh, maps } from "../maps.js";

const byName = { ...ops };

const unary =
  (name: keyof typeof maps, fill: Fill = "kind"): Case =>
  (pick) => ({
    call: `${name}(x)`,
    inputs: [input("x", pick.shape(0, 4), fill)],
    run: ([x]) => ({ outputs: [byName[name](x)] }),
    oracle: (t, [x]) => ({ outputs: [x.map((a) => maps[name](t, a))] }),
  });

const softplus: Case = (pick) => {
  const beta = pick.one(1, 2, 0.5);
  return {
    call: `softplus(x, { beta: ${beta} })`,
    inputs: [input("x", pick.shape(0, 4))],
    run: ([x]) => ({ outputs: [ops.softplus(x, { beta })] }),
    oracle: (t, [x]) => ({
      outputs: [x.map((a) => t.linear(maps.softplus(t, t.linear(a, beta)), 1 / beta))],
    }),
  };
};

/** Functions that bend at 0. */
const bent =
  (name: "leakyRelu" | "elu", value: (x: number) => number, slope: (x: number) => number): Case =>
  (pick) => ({
    call: `${name}(x)`,
    inputs: [input("x", pick.shape(0, 4))],
    run: ([x]) => ({ outputs: [byName[name](x)] }),
    oracle: (t, [x]) => ({
      outputs: [
        x.map((a) => {
          const v = t.at(a);
          return t.node(value(v), [a], [slope(v)], Math.abs(value(v)), [1]);
        }),
      ],
    }),
  });

const prelu: Case = (pick) => {
  const shape = pick.shape(2, 4);
  const slopes = pick.maybe() ? 1 : shape[1];
  const inner = sizeOf(shape.slice(2));
  return {
    call: "prelu(x, weight)",
    inputs: [input("x", shape), input("weight", [slopes], "normal")],
    run: ([x, weight]) => ({ outputs: [ops.prelu(x, weight)] }),
    oracle: (t, [x, weight]) => ({
      outputs: [
        x.map((a, i) => {
          const w = weight[slopes === 1 ? 0 : Math.floor(i / inner) % slopes];
          if (!(t.at(a) > 0)) return t.mul(a, w);
          return t.node(t.at(a), [a, w], [1, 0], 0);
        }),
      ],
    }),
  };
};

const arithmetic =
  (name: "add" | "sub" | "mul" | "div"): Case =>
  (pick) => {
    const shape = pick.shape(0, 4, 300);
    const part = () =>
      shape
        .slice(pick.rarely(3) ? pick.int(0, shape.length) : 0)
        .map((n) => (pick.rarely(3) ? 1 : n));
    const shapes = pick.maybe() ? [shape, part()] : [part(), shape];
    const source = (of: readonly number[], at: number[]) =>
      indexOf(
        of.map((n, axis) => (n === 1 ? 0 : at[at.length - of.length + axis])),
        of,
      );
    return {
      call: `${name}(a, b)`,
      inputs: [input("a", shapes[0]), input("b", shapes[1], pick.one<Fill>("normal", "kind"))],
      run: ([a, b]) => ({ outputs: [byName[name](a, b)] }),
      oracle: (t, [a, b]) => ({
        outputs: [
          Array.from({ length: sizeOf(shape) }, (_, i) => {
            const at = coordinates(i, shape);
            return t[name](a[source(shapes[0], at)], b[source(shapes[1], at)]);
          }),
        ],
      }),
    };
  };

/** Features are on the last axis, or on axis 1 of [N, C, ...]. */
const saturation =
  (name: "dyt" | "derf"): Case =>
  (pick) => {
    const layout = pick.one<ops.Layout>("nhwc", "nchw");
    const shape = pick.shape(layout === "nhwc" ? 1 : 2, 4);
    const c = (layout === "nhwc" ? shape.at(-1) : shape[1]) as number;
    const inner = layout === "nhwc" ? 1 : sizeOf(shape.slice(2));
    const shift = name === "derf";
    return {
      call: `${name}(x, alpha, { weight, bias, ${shift ? "shift, " : ""}layout: "${layout}" })`,
      inputs: [
        input("x", shape),
        input("alpha", [1], "normal"),
        input("weight", [c], "normal"),
        input("bias", [c], "normal"),
        ...(shift ? [input("shift", [1], "normal")] : []),
      ],
      run: ([x, alpha, weight, bias, s]) => ({
        outputs: [
          shift
            ? ops.derf(x, alpha, { weight, bias, shift: s, layout })
            : ops.dyt(x, alpha, { weight, bias, layout }),
        ],
      }),
      oracle: (t, [x, [alpha], weight, bias, s]) => ({
        outputs: [
          x.map((a, i) => {
            const z = t.mul(a, alpha);
            const moved = shift ? t.add(z, s[0]) : z;
            const v = t.at(moved);
            const slope = (2 / Math.sqrt(Math.PI)) * Math.exp(-v * v);
            const curve = () => (shift ? t.map(moved, erf(v), slope, 1) : maps.tanh(t, moved));
            // at ±∞ the slope times x, which is the gradient of alpha, has the limit 0 and is not 0·∞
            const y =
              Math.abs(v) === Infinity
                ? t.node(Math.sign(v), [a, alpha, ...(shift ? [s[0]] : [])], [0, 0, 0])
                : curve();
            const at = Math.floor(i / inner) % c;
            return t.add(t.mul(y, weight[at]), bias[at]);
          }),
        ],
      }),
    };
  };

const layerScale: Case = (pick) => {
  const layout = pick.one<ops.Layout>("nhwc", "nchw");
  const shape = pick.shape(layout === "nhwc" ? 1 : 2, 4);
  const c = (layout === "nhwc" ? shape.at(-1) : shape[1]) as number;
  const inner = layout === "nhwc" ? 1 : sizeOf(shape.slice(2));
  return {
    call: `layerScale(x, weight, { layout: "${layout}" })`,
    inputs: [input("x", shape), input("weight", [c], "normal")],
    run: ([x, weight]) => ({ outputs: [ops.layerScale(x, weight, { layout })] }),
    oracle: (t, [x, weight]) => ({
      outputs: [x.map((a, i) => t.mul(a, weight[Math.floor(i / inner) % c]))],
    }),
  };
};

/** The mask is the op's own result for ones with the same generator. */
const dropping =
  (name: "dropout" | "dropout2d"): Case =>
  (pick) => {
    const shape = name === "dropout" ? pick.shape(1, 3) : pick.shape(3, 4);
    const [p, training, seed] = [pick.one(0.5, 0.1, 0, 1), !pick.rarely(6), pick.int(0, 99)];
    const make = (x: Tensor) => byName[name](x, { p, training, generator: new Generator(seed) });
    let mask: Float32Array;
    return {
      call: `${name}(x, ${show({ p, training })}) with generator ${seed}`,
      inputs: [input("x", shape)],
      run([x]) {
        const one = x.detach();
        mask = kept(make, one);
        return { outputs: [make(x)] };
      },
      oracle: (t, [x]) => ({
        outputs: [x.map((a, i) => (mask[i] === 0 ? t.node(0, [a], [0], 0) : t.linear(a, mask[i])))],
      }),
    };
  };

function kept(make: (x: Tensor) => Tensor, like: Tensor): Float32Array {
  using ones = full(like.shape, 1, { runtime: like.runtime });
  using y = make(ones);
  return y.toArray();
}

const film: Case = (pick) => {
  const layout = pick.one<ops.Layout>("nchw", "nhwc");
  const shape = pick.shape(2, 4);
  const last = layout === "nhwc";
  const c = (last ? shape.at(-1) : shape[1]) as number;
  const inner = last ? 1 : sizeOf(shape.slice(2));
  const pitch = sizeOf(shape.slice(1));
  return {
    call: `film(x, scale, shift, { layout: "${layout}" })`,
    inputs: [
      input("x", shape),
      input("scale", [shape[0], c], "normal"),
      input("shift", [shape[0], c], "normal"),
    ],
    run: ([x, scale, shift]) => ({ outputs: [ops.film(x, scale, shift, { layout })] }),
    oracle: (t, [x, scale, shift]) => ({
      outputs: [
        x.map((a, i) => {
          const at = Math.floor(i / pitch) * c + (Math.floor(i / inner) % c);
          return t.add(t.mul(a, scale[at]), shift[at]);
        }),
      ],
    }),
  };
};

const modulate: Case = (pick) => {
  const shape = pick.shape(1, 4);
  return {
    call: "modulate(x, scale, shift)",
    inputs: [input("x", shape), input("scale", shape, "normal"), input("shift", shape, "normal")],
    run: ([x, scale, shift]) => ({ outputs: [ops.modulate(x, scale, shift)] }),
    oracle: (t, [x, scale, shift]) => ({
      outputs: [x.map((a, i) => t.add(t.mul(a, t.linear(scale[i], 1, 1)), shift[i]))],
    }),
  };
};

const gatedAdd: Case = (pick) => {
  const shape = pick.shape(2, 4);
  const d = shape.at(-1) as number;
  const pitch = sizeOf(shape.slice(1));
  return {
    call: "gatedAdd(x, gate, branch)",
    inputs: [
      input("x", shape),
      input("gate", [shape[0], d], "normal"),
      input("branch", shape, "normal"),
    ],
    run: ([x, gate, branch]) => ({ outputs: [ops.gatedAdd(x, gate, branch)] }),
    oracle: (t, [x, gate, branch]) => ({
      outputs: [
        x.map((a, i) => t.add(a, t.mul(gate[Math.floor(i / pitch) * d + (i % d)], branch[i]))),
      ],
    }),
  };
};

const momentShortcut: Case = (pick) => {
  const shape = pick.shape(2, 4);
  const kept = shape.map((n, axis) => (axis === 1 ? 1 : n));
  const inner = sizeOf(shape.slice(2));
  const pitch = sizeOf(shape.slice(1));
  return {
    call: "momentShortcut(x, { mean, std })",
    inputs: [input("x", shape), input("mean", kept, "normal"), input("std", kept, "positive")],
    run: ([x, mean, std]) => ({ outputs: [ops.momentShortcut(x, { mean, std })] }),
    oracle: (t, [x, mean, std]) => ({
      outputs: [
        x.map((a, i) => {
          const at = Math.floor(i / pitch) * inner + (i % inner);
          return t.add(t.mul(a, std[at]), mean[at]);
        }),
      ],
    }),
  };
};

export const elementwise: Record<string, Case> = {
  leakyRelu: bent(
    "leakyRelu",
    (x) => (x > 0 ? x : Math.fround(0.01) * x),
    (x) => (x > 0 ? 1 : Math.fround(0.01)),
  ),
  elu: bent(
    "elu",
    (x) => (x > 0 ? x : Math.expm1(x)),
    (x) => (x > 0 ? 1 : Math.exp(x)),
  ),
  prelu,
  softplus,
  exp: unary("exp"),
  log: unary("log", "positive"),
  neg: unary("neg"),
  sqrt: unary("sqrt", "positive"),
  relu: unary("relu"),
  tanh: unary("tanh"),
  sigmoid: unary("sigmoid"),
  silu: unary("silu"),
  gelu(pick) {
    const approximate = pick.one<"none" | "tanh">("none", "tanh");
    return {
      call: `gelu(x, { approximate: "${approximate}" })`,
      inputs: [input("x", pick.shape(0, 3))],
      run: ([x]) => ({ outputs: [ops.gelu(x, { approximate })] }),
      oracle: (t, [x]) => ({
        outputs: [x.map((a) => (approximate === "tanh" ? geluTanh(t, a) : maps.gelu(t, a)))],
      }),
    };
  },
  add: arithmetic("add"),
  sub: arithmetic("sub"),
  mul: arithmetic("mul"),
  div: arithmetic("div"),
  dyt: saturation("dyt"),
  derf: saturation("derf"),
  layerScale,
  dropout: dropping("dropout"),
  dropout2d: dropping("dropout2d"),
  film,
  modulate,
  gatedAdd,
  momentShortcut,
};
