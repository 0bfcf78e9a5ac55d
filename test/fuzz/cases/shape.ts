// Operations that move numbers without computing new ones, and pooling.
import * as ops from "../../../src/ops/index.js";
import { type Shape, sizeOf } from "../../../src/shape.js";
import { coordinates, indexOf } from "../../reference/broadcast.js";
import { type Case, input, type Pick, show } from "../draw.js";
import type { Node, Tape } from "../tape.js";

const byName = { ...ops };

/** A copy: element i of the output is element `from(i)` of the first input. */
const copy = (t: Tape, x: readonly Node[], size: number, from: (i: number) => number): Node[] =>
  Array.from({ length: size }, (_, i) => t.node(t.at(x[from(i)]), [x[from(i)]], [1], 0));

const shuffled = (pick: Pick, n: number): number[] => {
  const rest = Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: n }, () => rest.splice(pick.int(0, rest.length - 1), 1)[0]);
};

function turned(t: Tape, x: Node[], shape: Shape, dims: readonly number[]) {
  const out = dims.map((d) => shape[d]);
  return copy(t, x, x.length, (i) => {
    const at = coordinates(i, out);
    return indexOf(
      shape.map((_, d) => at[dims.indexOf(d)]),
      shape,
    );
  });
}

const permute: Case = (pick) => {
  const shape = pick.shape(1, 5);
  const dims = shuffled(pick, shape.length);
  return {
    call: `permute(x, [${dims}])`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.permute(x, dims)] }),
    oracle: (t, [x]) => ({ outputs: [turned(t, x, shape, dims)] }),
  };
};

const transpose: Case = (pick) => {
  const shape = pick.shape(1, 4);
  const [a, b] = [pick.int(0, shape.length - 1), pick.int(0, shape.length - 1)];
  const dims = shape.map((_, d) => (d === a ? b : d === b ? a : d));
  return {
    call: `transpose(x, ${a}, ${b})`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.transpose(x, a, b)] }),
    oracle: (t, [x]) => ({ outputs: [turned(t, x, shape, dims)] }),
  };
};

const reshape: Case = (pick) => {
  const shape = pick.shape(1, 4);
  return {
    call: `reshape(x, [${sizeOf(shape)}])`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.reshape(x, [sizeOf(shape)])] }),
    oracle: (t, [x]) => ({ outputs: [copy(t, x, x.length, (i) => i)] }),
  };
};

const flatten: Case = (pick) => {
  const shape = pick.shape(1, 4);
  const start = pick.int(0, shape.length - 1);
  return {
    call: `flatten(x, ${start})`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.flatten(x, start)] }),
    oracle: (t, [x]) => ({ outputs: [copy(t, x, x.length, (i) => i)] }),
  };
};

const slice: Case = (pick) => {
  const shape = pick.shape(1, 4);
  const dim = pick.int(0, shape.length - 1);
  const start = pick.int(0, shape[dim]);
  const end = pick.int(start, shape[dim]);
  const out = shape.with(dim, end - start);
  return {
    call: `slice(x, ${dim}, ${start}, ${end})`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.slice(x, dim, start, end)] }),
    oracle: (t, [x]) => ({
      outputs: [
        copy(t, x, sizeOf(out), (i) => {
          const at = coordinates(i, out);
          return indexOf(at.with(dim, at[dim] + start), shape);
        }),
      ],
    }),
  };
};

const concat: Case = (pick) => {
  const shape = pick.shape(1, 4, 300);
  const dim = pick.int(0, shape.length - 1);
  const shapes = Array.from({ length: pick.int(1, 3) }, () => shape.with(dim, pick.length()));
  const out = shape.with(
    dim,
    shapes.reduce((sum, s) => sum + s[dim], 0),
  );
  return {
    call: `concat([…], ${dim})`,
    inputs: shapes.map((s, i) => input(`x${i}`, s, i === 0 ? "kind" : "normal")),
    run: (all) => ({ outputs: [ops.concat(all, dim)] }),
    oracle: (t, all) => ({
      outputs: [
        Array.from({ length: sizeOf(out) }, (_, i) => {
          const at = coordinates(i, out);
          let k = 0;
          let along = at[dim];
          while (along >= shapes[k][dim]) along -= shapes[k++][dim];
          const a = all[k][indexOf(at.with(dim, along), shapes[k])];
          return t.node(t.at(a), [a], [1], 0);
        }),
      ],
    }),
  };
};

const drawImage = (pick: Pick): Shape => [
  pick.length(),
  pick.one(1, 2, 3),
  pick.one(4, 1, 2, 3, 5, 7, 9),
  pick.one(4, 1, 2, 3, 5, 8, 11),
];

const resizeNearest: Case = (pick) => {
  const shape = drawImage(pick);
  const [h, w] = [pick.int(1, 9), pick.int(1, 9)];
  const out = [...shape.slice(0, 2), h, w];
  return {
    call: `resizeNearest(x, [${h}, ${w}])`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.resizeNearest(x, [h, w])] }),
    oracle: (t, [x]) => ({
      outputs: [
        copy(t, x, sizeOf(out), (i) => {
          const [n, c, r, q] = coordinates(i, out);
          const from = [n, c, Math.floor((r * shape[2]) / h), Math.floor((q * shape[3]) / w)];
          return indexOf(from, shape);
        }),
      ],
    }),
  };
};

const embedding: Case = (pick) => {
  const [rows, columns] = [pick.one(3, 1, 7), pick.length()];
  const ids = Array.from({ length: pick.int(0, 8) }, () => pick.int(0, rows - 1));
  return {
    call: `embedding(table, [${ids}])`,
    inputs: [input("table", [rows, columns])],
    run: ([table]) => ({ outputs: [ops.embedding(table, ids)] }),
    oracle: (t, [table]) => ({
      outputs: [
        copy(
          t,
          table,
          ids.length * columns,
          (i) => ids[Math.floor(i / columns)] * columns + (i % columns),
        ),
      ],
    }),
  };
};

/**
 * The elements of each window and the divisor of its mean, in the order of the output; see test/reference/pooling.ts.
 */
function windows(
  shape: Shape,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
  ceil: boolean,
) {
  const [n, c, h, w] = shape;
  const reach = dilation * (kernel - 1) + 1;
  const count = (size: number) => {
    for (let k = 0; ; k++) {
      const at = k * stride - padding;
      const fits = at + reach <= size + padding;
      const hangs = ceil && at < size && at + reach < size + padding + stride;
      if (!fits && !hangs) return k;
    }
  };
  const list: { elements: number[]; positions: number }[] = [];
  for (let p = 0; p < n * c; p++)
    for (let i = 0; i < count(h); i++)
      for (let j = 0; j < count(w); j++) {
        const window = { elements: [] as number[], positions: 0 };
        for (let ky = 0; ky < kernel; ky++)
          for (let kx = 0; kx < kernel; kx++) {
            const r = i * stride - padding + ky * dilation;
            const q = j * stride - padding + kx * dilation;
            if (r < h + padding && q < w + padding) window.positions++;
            if (r >= 0 && r < h && q >= 0 && q < w) window.elements.push((p * h + r) * w + q);
          }
        list.push(window);
      }
  return list;
}

const pooling =
  (name: "maxPool2d" | "avgPool2d"): Case =>
  (pick) => {
    const shape = drawImage(pick);
    const kernel = pick.one(2, 1, 3);
    const max = name === "maxPool2d";
    const options = {
      stride: pick.one(2, 1, 3),
      padding: pick.int(0, Math.floor(kernel / 2)),
      ceilMode: pick.maybe(),
    };
    const dilation = max ? pick.one(1, 2) : 1;
    const countIncludePad = pick.maybe();
    const all = { ...options, ...(max ? { dilation } : { countIncludePad }) };
    const { stride, padding, ceilMode } = options;
    return {
      call: `${name}(x, ${kernel}, ${show(all)})`,
      inputs: [input("x", shape)],
      run: ([x]) => ({ outputs: [byName[name](x, kernel, all as object)] }),
      oracle: (t, [x]) => ({
        outputs: [
          windows(shape, kernel, stride, padding, dilation, ceilMode).map(
            ({ elements, positions }) => {
              const list = elements.map((i) => x[i]);
              if (max) return list.length ? t.max(list) : t.leaf(-Infinity);
              return t.linear(t.sum(list), 1 / (countIncludePad ? positions : list.length));
            },
          ),
        ],
      }),
    };
  };

const adaptiveAvgPool2d: Case = (pick) => {
  const shape = drawImage(pick);
  const [h, w] = [pick.int(1, 6), pick.int(1, 6)];
  return {
    call: `adaptiveAvgPool2d(x, [${h}, ${w}])`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.adaptiveAvgPool2d(x, [h, w])] }),
    oracle(t, [x]) {
      const range = (i: number, n: number, out: number) => {
        const [from, to] = [Math.floor((i * n) / out), Math.ceil(((i + 1) * n) / out)];
        return Array.from({ length: to - from }, (_, k) => from + k);
      };
      const out = [...shape.slice(0, 2), h, w];
      return {
        outputs: [
          Array.from({ length: sizeOf(out) }, (_, i) => {
            const [n, c, r, q] = coordinates(i, out);
            return t.mean(
              range(r, shape[2], h).flatMap((y) =>
                range(q, shape[3], w).map((z) => x[indexOf([n, c, y, z], shape)]),
              ),
            );
          }),
        ],
      };
    },
  };
};

export const shapes: Record<string, Case> = {
  permute,
  transpose,
  reshape,
  flatten,
  slice,
  concat,
  resizeNearest,
  embedding,
  maxPool2d: pooling("maxPool2d"),
  avgPool2d: pooling("avgPool2d"),
  adaptiveAvgPool2d,
};
