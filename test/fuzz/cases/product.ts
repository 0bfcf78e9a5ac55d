// Sums of products: matrices, convolutions, attention.
import * as ops from "../../../src/ops/index.js";
import { type Shape, sizeOf } from "../../../src/shape.js";
import { tensor } from "../../../src/tensor.js";
import { type Case, input, type Pick, show } from "../draw.js";
import { activated, drawActivation } from "../maps.js";
import type { Node } from "../tape.js";
import { softmaxOf } from "./reduction.js";

const byName = { ...ops };

const length = (pick: Pick) => pick.length(9, 16);

const linear: Case = (pick) => {
  const [inputs, outputs] = [pick.length(9, 33), pick.one(1, 3, 4, 5, 8, 17)];
  const batch = Array.from({ length: pick.int(0, 2) }, () => pick.length());
  while (sizeOf(batch) > 40) batch[batch.indexOf(Math.max(...batch))] = 2;
  const activation = drawActivation(pick);
  const biased = pick.maybe();
  return {
    call: `linear(x, weight, ${biased ? "bias" : "null"}, ${show({ activation })})`,
    inputs: [
      input("x", [...batch, inputs]),
      input("weight", [outputs, inputs], "normal"),
      ...(biased ? [input("bias", [outputs], "normal")] : []),
    ],
    run: ([x, weight, bias]) => ({ outputs: [ops.linear(x, weight, bias, { activation })] }),
    oracle(t, [x, weight, bias]) {
      const y = Array.from({ length: sizeOf(batch) * outputs }, (_, i) => {
        const [r, o] = [Math.floor(i / outputs), i % outputs];
        const sum = t.dot(
          x.slice(r * inputs, (r + 1) * inputs),
          weight.slice(o * inputs, (o + 1) * inputs),
        );
        return bias ? t.add(sum, bias[o]) : sum;
      });
      return { outputs: [activated(t, y, activation)] };
    },
  };
};

const matmul: Case = (pick) => {
  const [m, n, k] = [length(pick), length(pick), length(pick)];
  const [batch, shared] = [pick.one(1, 2, 3), pick.one(0, 1, 2)];
  // batches on both sides, on one, or one matrix for all
  const a: Shape = shared === 1 ? [m, k] : [batch, m, k];
  const b: Shape = shared === 2 ? [1, k, n] : [batch, k, n];
  return {
    call: "matmul(a, b)",
    inputs: [input("a", a), input("b", b, pick.one("normal", "normal", "kind"))],
    run: ([a, b]) => ({ outputs: [ops.matmul(a, b)] }),
    oracle: (t, [x, y]) => ({
      outputs: [
        Array.from({ length: batch * m * n }, (_, i) => {
          const [s, r, c] = [Math.floor(i / (m * n)), Math.floor(i / n) % m, i % n];
          const left = (shared === 1 ? 0 : s) * m * k + r * k;
          const right = (shared === 2 ? 0 : s) * k * n + c;
          return t.dot(
            x.slice(left, left + k),
            Array.from({ length: k }, (_, j) => y[right + j * n]),
          );
        }),
      ],
    }),
  };
};

const convolution =
  (name: "conv2d" | "convTranspose2d"): Case =>
  (pick) => {
    const transposed = name === "convTranspose2d";
    const kernel = pick.one(3, 1, 2, 5);
    const plain = pick.maybe();
    const options = {
      stride: plain ? 1 : pick.one(2, 1, 3),
      padding: pick.one(1, 0, 2),
      dilation: plain ? 1 : pick.one(1, 2),
      groups: pick.one(1, 1, 2),
    };
    const { stride, padding, dilation, groups } = options;
    const [images, per, outs] = [pick.length() % 4, pick.one(1, 2, 4, 5), pick.one(1, 2, 4, 5)];
    const channels = per * groups;
    const outputs = outs * groups;
    const [h, w] = [pick.one(4, 3, 5, 6, 7, 8), pick.one(4, 3, 5, 6, 7, 8)];
    const weightShape = transposed
      ? [channels, outs, kernel, kernel]
      : [outputs, per, kernel, kernel];
    const side = (n: number) =>
      transposed
        ? (n - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1
        : Math.floor((n + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
    const [oh, ow] = [side(h), side(w)];
    const biased = pick.maybe();
    const activation = pick.one<ops.Activation | null>(null, null, "relu", "silu");
    return {
      call: `${name}(x, weight, ${show({ bias: biased, ...options, activation })})`,
      inputs: [
        input("x", [images, channels, h, w]),
        input("weight", weightShape, "normal"),
        ...(biased ? [input("bias", [outputs], "normal")] : []),
      ],
      nearby: kernel === 3 && stride === 1 && dilation === 1,
      run: ([x, weight, bias]) => ({
        outputs: [byName[name](x, weight, { bias, ...options, activation })],
      }),
      oracle(t, [x, weight, bias]) {
        const y: Node[] = [];
        for (let i = 0; i < images * outputs * oh * ow; i++) {
          const [n, o] = [Math.floor(i / (outputs * oh * ow)), Math.floor(i / (oh * ow)) % outputs];
          const [oy, ox] = [Math.floor(i / ow) % oh, i % ow];
          const [xs, ws]: Node[][] = [[], []];
          const group = Math.floor(o / outs);
          for (let c = 0; c < per; c++)
            for (let ky = 0; ky < kernel; ky++)
              for (let kx = 0; kx < kernel; kx++) {
                const at = (out: number, k: number) =>
                  transposed
                    ? (out + padding - k * dilation) / stride
                    : out * stride - padding + k * dilation;
                const [iy, ix] = [at(oy, ky), at(ox, kx)];
                if (!Number.isInteger(iy) || !Number.isInteger(ix)) continue;
                // padding is no number of x: a NaN in weight or gradient does not meet it
                if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
                const channel = group * per + c;
                xs.push(x[((n * channels + channel) * h + iy) * w + ix]);
                const [a, b] = transposed ? [channel, o % outs] : [o, c];
                ws.push(weight[((a * weightShape[1] + b) * kernel + ky) * kernel + kx]);
              }
          const sum = t.dot(xs, ws);
          y.push(bias ? t.add(sum, bias[o]) : sum);
        }
        return { outputs: [activated(t, y, activation)] };
      },
      // Winograd's transforms add up some numbers that cancel
      roundings: 64,
    };
  };

const attention: Case = (pick) => {
  const [batch, heads] = [pick.one(1, 2), pick.one(1, 2, 3)];
  const [l, s, e, d] = [
    pick.length(),
    pick.one(1, 3, 4, 5, 17),
    pick.one(1, 3, 4, 8),
    pick.one(1, 3, 4, 8),
  ];
  const causal = pick.rarely(3);
  const masked = pick.rarely(3);
  const mask = masked
    ? Uint8Array.from({ length: l * s }, (_, i) => (i % s === 0 || !pick.rarely(3) ? 1 : 0))
    : null;
  const scale = 1 / Math.sqrt(e);
  return {
    call: `scaledDotProductAttention(q, k, v, ${show({ heads, causal })})${mask ? ` mask [${l}, ${s}]: [${mask}]` : ""}`,
    inputs: [
      input("q", [batch, l, heads * e]),
      input("k", [batch, s, heads * e], "normal"),
      input("v", [batch, s, heads * d], pick.one("normal", "kind")),
    ],
    run: ([q, k, v], runtime) => ({
      outputs: [
        ops.scaledDotProductAttention(q, k, v, {
          heads,
          causal,
          mask: mask && tensor(mask, [l, s], { runtime }),
        }),
      ],
    }),
    oracle(t, [q, k, v]) {
      const y: Node[] = new Array(batch * l * heads * d);
      for (let b = 0; b < batch; b++)
        for (let h = 0; h < heads; h++)
          for (let i = 0; i < l; i++) {
            const seen = Array.from({ length: s }, (_, j) => j).filter(
              (j) => !(mask && mask[i * s + j] === 0) && !(causal && j > i),
            );
            const row = (list: Node[], n: number, at: number, width: number) =>
              list.slice((n * heads + h) * width + at, (n * heads + h) * width + at + width);
            const query = row(q, b * l + i, 0, e);
            const scores = seen.map((j) => t.linear(t.dot(query, row(k, b * s + j, 0, e)), scale));
            const weights = softmaxOf(t, scores);
            for (let c = 0; c < d; c++)
              y[((b * l + i) * heads + h) * d + c] = t.dot(
                weights,
                seen.map((j) => v[((b * s + j) * heads + h) * d + c]),
              );
          }
      return { outputs: [y] };
    },
  };
};

export const products: Record<string, Case> = {
  linear,
  matmul,
  conv2d: convolution("conv2d"),
  convTranspose2d: convolution("convTranspose2d"),
  scaledDotProductAttention: attention,
};
