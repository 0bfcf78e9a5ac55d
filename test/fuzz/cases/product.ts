// Sums of products: matrices, convolutions, attention.

import type { Pair } from "../../../src/ops/check.js";
import * as ops from "../../../src/ops/index.js";
import { type Shape, sizeOf } from "../../../src/shape.js";
import { tensor } from "../../../src/tensor.js";
import { type Case, type Fill, input, type Pick, show } from "../draw.js";
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
  // a batch on both sides, a batch on one side, or one matrix for all
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
    const plain = pick.maybe();
    // 3×3 filters without gaps and with 8 channels or more use Winograd
    const wide = plain && pick.rarely(3);
    const pair = (...values: number[]): Pair => {
      const first = pick.one(...values);
      return wide || !pick.rarely(3) ? [first, first] : [first, pick.one(...values)];
    };
    const kernel = wide ? ([3, 3] as const) : pair(3, 1, 2, 5);
    const options = {
      stride: plain ? ([1, 1] as const) : pair(2, 1, 3),
      padding: pair(1, 0, 2),
      dilation: plain ? ([1, 1] as const) : pair(1, 2),
      groups: pick.one(1, 1, 2),
    };
    const { stride, padding, dilation, groups } = options;
    const counts = wide ? [8, 9, 16] : [1, 2, 4, 5, 8];
    const [images, per, outs] = [
      wide ? 1 : pick.length() % 4,
      pick.one(...counts),
      pick.one(...counts),
    ];
    const channels = per * groups;
    const outputs = outs * groups;
    const [h, w] = [pick.one(4, 3, 5, 6, 7, 8), pick.one(4, 3, 5, 6, 7, 8)];
    const weightShape = transposed ? [channels, outs, ...kernel] : [outputs, per, ...kernel];
    const [oh, ow] = [h, w].map((n, d) => {
      const reach = dilation[d] * (kernel[d] - 1) + 1;
      return transposed
        ? (n - 1) * stride[d] - 2 * padding[d] + reach
        : Math.floor((n + 2 * padding[d] - reach) / stride[d]) + 1;
    });
    const biased = pick.maybe();
    const activation = pick.one<ops.Activation | null>(null, null, "relu", "silu");
    const nearby = [kernel, stride, dilation].join() === "3,3,1,1,1,1";
    const fills: Fill[] = pick.rarely(3) ? ["normal", "kind"] : ["kind", "normal"];
    return {
      call: `${name}(x, weight, ${show({ bias: biased, ...options, activation })})`,
      inputs: [
        input("x", [images, channels, h, w], fills[0]),
        input("weight", weightShape, fills[1]),
        ...(biased ? [input("bias", [outputs], "normal")] : []),
      ],
      nearby,
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
            for (let ky = 0; ky < kernel[0]; ky++)
              for (let kx = 0; kx < kernel[1]; kx++) {
                const at = (out: number, k: number, d: number) =>
                  transposed
                    ? (out + padding[d] - k * dilation[d]) / stride[d]
                    : out * stride[d] - padding[d] + k * dilation[d];
                const [iy, ix] = [at(oy, ky, 0), at(ox, kx, 1)];
                if (!Number.isInteger(iy) || !Number.isInteger(ix)) continue;
                // padding is no element of x: a NaN in weight or gradient does not meet it
                if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
                const channel = group * per + c;
                xs.push(x[((n * channels + channel) * h + iy) * w + ix]);
                const [a, b] = transposed ? [channel, o % outs] : [o, c];
                ws.push(weight[((a * weightShape[1] + b) * kernel[0] + ky) * kernel[1] + kx]);
              }
          const sum = t.dot(xs, ws);
          y.push(bias ? t.add(sum, bias[o]) : sum);
        }
        return { outputs: [activated(t, y, activation)] };
      },
      // Winograd's transforms add numbers that cancel: 1e-5 is 168 roundings
      roundings: nearby ? 168 : 64,
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
    call:
      `scaledDotProductAttention(q, k, v, ${show({ heads, causal })})` +
      (mask ? ` mask [${l}, ${s}]: [${mask}]` : ""),
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
