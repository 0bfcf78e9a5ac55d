import { adaptiveAvgPool2d } from "../../ops/conv/adaptive-avg-pool2d.js";
import { type AvgPool2dOptions, avgPool2d } from "../../ops/conv/avg-pool2d.js";
import { embedding } from "../../ops/product/embedding.js";
import { sizeOf, type Tensor } from "../../tensor.js";
import type { Linear, Rule } from "../rule.js";

interface AvgPool2d extends AvgPool2dOptions {
  op: string;
  kernelSize: number;
}

export const poolRules: Record<string, Rule> = {
  avgPool2d: {
    again: (v: Tensor, { how: { op: _, kernelSize, ...options } }: Linear<AvgPool2d>) =>
      avgPool2d(v, kernelSize, options),
  },
  adaptiveAvgPool2d: {
    again: (v: Tensor, { shape }: Linear) => adaptiveAvgPool2d(v, shape.slice(-2) as never),
  },
  maxPool2d: {
    // the elements that won, by their index within a plane
    again: (v: Tensor, { saved: [at], shape }: Linear) => {
      const [plane, image] = [shape, v.shape].map((of) => sizeOf(of.slice(-2)));
      const ids = Array.from(at.elements, (own, i) => Math.floor(i / plane) * image + own);
      return embedding(v.reshape([-1, 1]), ids).reshape(shape);
    },
  },
};
