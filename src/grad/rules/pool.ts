import { adaptiveAvgPool2d } from "../../ops/conv/adaptive-avg-pool2d.js";
import { meansOfPlanes } from "../../ops/conv/avg-pool-nd.js";
import type { Windows } from "../../ops/conv/pooling.js";
import { take } from "../../ops/shape/take.js";
import { sizeOf, type Tensor } from "../../tensor.js";
import type { Linear, Rule } from "../rule.js";

interface AvgPool2d {
  windows: Windows;
  divisor: number;
}

export const poolRules: Record<string, Rule> = {
  avgPool2d: {
    again: (v: Tensor, { how: { windows, divisor } }: Linear<AvgPool2d>) =>
      meansOfPlanes(v, windows, divisor),
  },
  adaptiveAvgPool2d: {
    again: (v: Tensor, { shape }: Linear) => adaptiveAvgPool2d(v, shape.slice(-2) as never),
  },
  maxPool2d: {
    // the elements that won, by their index within a plane; below 0 where there was none
    again: (v: Tensor, { saved: [{ elements: won }], shape }: Linear) => {
      const [plane, image] = [shape, v.shape].map((of) => sizeOf(of.slice(-2)));
      const place = (i: number) => (won[i] < 0 ? -1 : Math.floor(i / plane) * image + won[i]);
      return take(v.reshape([v.size]), 0, won.length, place).reshape(shape);
    },
  },
};
