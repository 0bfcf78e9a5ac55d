// Images of one, two and three axes: convolutions, pooling, padding, interpolation.
import * as ops from "../../../src/ops/index.js";
import { sizeOf } from "../../../src/shape.js";
import type { Tensor } from "../../../src/tensor.js";
import { coordinates, indexOf } from "../../reference/broadcast.js";
import { type NdGeometry, ndShape, places, products } from "../../reference/conv-nd.js";
import { type Case, input, type Pick, show } from "../draw.js";
import type { Node } from "../tape.js";

const byName = { ...ops };
const several = <T>(dims: number, of: () => T): T[] => Array.from({ length: dims }, of);

type Convolution = "conv1d" | "conv3d" | "convTranspose1d" | "convTranspose3d";
const convolution =
  (name: Convolution): Case =>
  (pick) => {
    const dims = Number(name.at(-2));
    const transposed = name.includes("Transpose");
    const groups = pick.one(1, 1, 2);
    const [per, outs] = [pick.one(1, 2, 3), pick.one(1, 2, 4)];
    const kernel = several(dims, () => pick.one(1, 2, 3));
    const stride = several(dims, () => pick.one(1, 1, 2));
    const dilation = several(dims, () => pick.one(1, 1, 2));
    const sides = several(dims, () => {
      const side = pick.one(0, 1, 1);
      return transposed ? [side, side] : [side, pick.one(side, side, 2)];
    });
    const geometry: NdGeometry = {
      input: [pick.length() % 3, per * groups, ...several(dims, () => pick.one(3, 4, 5))],
      weight: transposed ? [per * groups, outs, ...kernel] : [outs * groups, per, ...kernel],
      ...{ stride, dilation, sides, groups, transposed },
    };
    const padding = transposed ? sides.map(([side]) => side) : sides;
    const options = { stride, padding, dilation, groups };
    const shape = ndShape(geometry);
    return {
      call: `${name}(x, weight, ${show(options)})`,
      inputs: [
        input("x", geometry.input),
        input("weight", geometry.weight, "normal"),
        input("bias", [shape[1]], "normal"),
      ],
      run: ([x, weight, bias]) => ({
        outputs: [byName[name](x, weight, { bias, ...options } as object)],
      }),
      oracle(t, [x, weight, bias]) {
        const terms: [Node[], Node[]][] = several(sizeOf(shape), () => [[], []]);
        products(geometry, (y, i, w) => {
          terms[y][0].push(x[i]);
          terms[y][1].push(weight[w]);
        });
        const pixels = sizeOf(shape.slice(2));
        const y = terms.map(([a, b], i) =>
          t.add(t.dot(a, b), bias[Math.floor(i / pixels) % shape[1]]),
        );
        return { outputs: [y] };
      },
    };
  };

/** The places along an axis that each window reads, and how many positions it has with its padding. */
function axisWindows(n: number, kernel: number, stride: number, pad: number) {
  const list: { inside: number[]; positions: number }[] = [];
  for (let at = -pad; at + kernel <= n + pad; at += stride) {
    const all = Array.from({ length: kernel }, (_, i) => at + i);
    list.push({ inside: all.filter((i) => i >= 0 && i < n), positions: kernel });
  }
  return list;
}

const pooling =
  (name: "avgPool1d" | "avgPool3d" | "maxPool1d" | "maxPool3d"): Case =>
  (pick) => {
    const dims = Number(name.at(-2));
    const max = name.startsWith("max");
    const shape = [pick.one(0, 1, 2), 2, ...several(dims, () => pick.one(3, 4, 5))];
    const kernel = several(dims, () => pick.one(1, 2, 3));
    const stride = several(dims, () => pick.one(1, 2));
    const padding = kernel.map((k) => pick.int(0, Math.floor(k / 2)));
    const countIncludePad = pick.maybe();
    const options = { stride, padding, ...(max ? {} : { countIncludePad }) };
    return {
      call: `${name}(x, [${kernel}], ${show(options)})`,
      inputs: [input("x", shape)],
      run: ([x]) => ({
        outputs: [(byName[name] as (...args: unknown[]) => Tensor)(x, kernel, options)],
      }),
      oracle(t, [x]) {
        const image = shape.slice(2);
        const axes = image.map((n, d) => axisWindows(n, kernel[d], stride[d], padding[d]));
        const y: Node[] = [];
        for (let plane = 0; plane < shape[0] * shape[1]; plane++)
          for (const at of places(axes.map((axis) => axis.length))) {
            const own = at.map((v, d) => axes[d][v]);
            const list = [...places(own.map(({ inside }) => inside.length))].map((k) => {
              const place = k.map((v, d) => own[d].inside[v]);
              return x[plane * sizeOf(image) + indexOf(place, image)];
            });
            const positions = own.reduce((product, { positions }) => product * positions, 1);
            y.push(
              max
                ? list.length
                  ? t.max(list)
                  : t.leaf(-Infinity)
                : t.linear(t.sum(list), 1 / (countIncludePad ? positions : list.length)),
            );
          }
        return { outputs: [y] };
      },
    };
  };

const adaptiveAvgPool1d: Case = (pick) => {
  const shape = [pick.one(0, 1, 2), 3, pick.one(3, 4, 7)];
  const out = pick.int(1, 5);
  return {
    call: `adaptiveAvgPool1d(x, ${out})`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.adaptiveAvgPool1d(x, out)] }),
    oracle: (t, [x]) => ({
      outputs: [
        several(shape[0] * 3, () => 0).flatMap((_, row) =>
          Array.from({ length: out }, (_, i) => {
            const [from, to] = [
              Math.floor((i * shape[2]) / out),
              Math.ceil(((i + 1) * shape[2]) / out),
            ];
            return t.mean(x.slice(row * shape[2] + from, row * shape[2] + to));
          }),
        ),
      ],
    }),
  };
};

const pad: Case = (pick) => {
  const shape = [2, pick.one(3, 4, 5), pick.one(3, 4, 6)];
  const mode = pick.one<ops.PadMode>("constant", "reflect", "replicate", "circular");
  const sides = several(4, () => pick.one(0, 1, 2));
  const value = mode === "constant" ? { value: pick.one(0, 2) } : {};
  const options = { mode, ...value };
  const [left, right, top, bottom] = sides;
  const out = [2, shape[1] + top + bottom, shape[2] + left + right];
  const place = (i: number, n: number) => {
    if (i >= 0 && i < n) return i;
    if (mode === "constant") return -1;
    if (mode === "replicate") return i < 0 ? 0 : n - 1;
    if (mode === "circular") return (i + n) % n;
    return i < 0 ? -i : 2 * n - 2 - i;
  };
  return {
    call: `pad(x, [${sides}], ${show(options)})`,
    inputs: [input("x", shape)],
    run: ([x]) => ({ outputs: [ops.pad(x, sides, options)] }),
    oracle: (t, [x]) => ({
      outputs: [
        Array.from({ length: sizeOf(out) }, (_, i) => {
          const [n, r, c] = coordinates(i, out);
          const [row, column] = [place(r - top, shape[1]), place(c - left, shape[2])];
          if (row < 0 || column < 0) return t.leaf(value.value ?? 0);
          return t.linear(x[indexOf([n, row, column], shape)], 1);
        }),
      ],
    }),
  };
};

/** The places and their shares along an axis. */
function shares(n: number, length: number, mode: string, corners: boolean) {
  return Array.from({ length }, (_, j): [number, number][] => {
    if (mode === "nearest") return [[Math.min(Math.floor((j * n) / length), n - 1), 1]];
    const step = corners ? (length > 1 ? (n - 1) / (length - 1) : 0) : n / length;
    const at = corners ? j * step : Math.max((j + 0.5) * step - 0.5, 0);
    const first = Math.min(Math.floor(at), n - 1);
    const part = Math.fround(first === n - 1 ? 0 : at - first);
    return part === 0
      ? [[first, 1]]
      : [
          [first, 1 - part],
          [first + 1, part],
        ];
  });
}

const interpolate: Case = (pick: Pick) => {
  const image = [pick.one(1, 3, 4), pick.one(2, 3, 5)];
  const size = [pick.one(1, 2, 4, 8), pick.one(2, 3, 6, 10)];
  const mode = pick.one("nearest", "bilinear");
  const alignCorners = pick.maybe();
  const options = { size, mode, ...(mode === "nearest" ? {} : { alignCorners }) };
  return {
    call: `interpolate(x, ${show(options)})`,
    inputs: [input("x", [1, 2, ...image])],
    run: ([x]) => ({ outputs: [ops.interpolate(x, options as ops.InterpolateOptions)] }),
    oracle(t, [x]) {
      const [rows, columns] = image.map((n, d) => shares(n, size[d], mode, alignCorners));
      return {
        outputs: [
          [0, 1].flatMap((plane) =>
            rows.flatMap((row) =>
              columns.map((column) =>
                t.sum(
                  row.flatMap(([r, a]) =>
                    column.map(([c, b]) =>
                      t.linear(x[(plane * image[0] + r) * image[1] + c], a * b),
                    ),
                  ),
                ),
              ),
            ),
          ),
        ],
      };
    },
  };
};

export const nd: Record<string, Case> = {
  conv1d: convolution("conv1d"),
  conv3d: convolution("conv3d"),
  convTranspose1d: convolution("convTranspose1d"),
  convTranspose3d: convolution("convTranspose3d"),
  avgPool1d: pooling("avgPool1d"),
  avgPool3d: pooling("avgPool3d"),
  maxPool1d: pooling("maxPool1d"),
  maxPool3d: pooling("maxPool3d"),
  adaptiveAvgPool1d,
  pad,
  interpolate,
};
