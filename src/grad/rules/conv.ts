import { record } from "../../autograd.js";
import { convForward, convInputGradient, convWeightGradient } from "../../ops/conv/conv.js";
import type { ConvShape } from "../../ops/conv/conv-plan.js";
import { sum } from "../../ops/reduce/sum.js";
import { empty, type Shape, type Tensor } from "../../tensor.js";
import type { Rule } from "../rule.js";
import type { Step } from "../step.js";
import { behindRelu } from "./product.js";

/** The input of a convolution, its weight, its output. */
type Part = "x" | "w" | "y";

const shapeOf: Record<Part, (conv: ConvShape) => Shape> = {
  x: ({ images, groups, channels, image }) => [images, groups * channels, ...image],
  w: ({ groups, rows, channels, kernel }) => [groups * rows, channels, ...kernel],
  y: ({ images, groups, rows, output }) => [images, groups * rows, ...output],
};

const compute: Record<Part, (conv: ConvShape, to: Tensor, a: Tensor, b: Tensor) => void> = {
  x: (conv, dx, w, dy) => convInputGradient(conv, dx, dy, w),
  w: (conv, dw, x, dy) => convWeightGradient(conv, dw, dy, x),
  y: convForward,
};

/** The two other parts, in the order in which `compute` takes them. */
const others: Record<Part, [Part, Part]> = { x: ["w", "y"], w: ["x", "y"], y: ["x", "w"] };

function partOf(part: Part, conv: ConvShape, a: Tensor, b: Tensor): Tensor {
  const out = empty(a.runtime, shapeOf[part](conv));
  compute[part](conv, out, a, b);
  return out;
}

/** A part that stands for the gradient of Σ conv(x, w)·y, which is linear in each of its three parts. */
function partFrom(part: Part, conv: ConvShape, given: Partial<Record<Part, Tensor>>): Tensor {
  const [first, second] = others[part];
  const [a, b] = [given[first] as Tensor, given[second] as Tensor];
  const how = { op: "convolution", conv, part };
  return record(how, partOf(part, conv, a, b), [a, b], [a, b], (d, [a, b], needs) => {
    const all = { [first]: a, [second]: b, [part]: d };
    return [first, second].map((wanted, k) => {
      const [p, q] = others[wanted];
      return needs[k] ? partOf(wanted, conv, all[p], all[q]) : null;
    });
  });
}

export const convRules: Record<string, Rule> = {
  convolution: {
    back: (s: Step<{ conv: ConvShape; part: Part }>) => {
      const { conv, part } = s.how;
      const [first, second] = others[part];
      const all = { [first]: s.input(0), [second]: s.input(1), [part]: s.dy };
      return s.each((k) => partFrom([first, second][k], conv, all));
    },
  },
  conv2d: {
    back: (s: Step<{ conv: ConvShape }>) => {
      const { conv } = s.how;
      const y = behindRelu(s, 2);
      return s.each((k) => {
        if (k === 0) return partFrom("x", conv, { w: s.input(1), y });
        if (k === 1) return partFrom("w", conv, { x: s.input(0), y });
        return sum(y, [0, 2, 3]);
      });
    },
  },
  convTranspose2d: {
    // The convolution that `conv` describes leads from the output to the input.
    back: (s: Step<{ conv: ConvShape }>) => {
      const { conv } = s.how;
      const x = behindRelu(s, 2);
      return s.each((k) => {
        if (k === 0) return partFrom("y", conv, { x, w: s.input(1) });
        if (k === 1) return partFrom("w", conv, { x, y: s.input(0) });
        return sum(x, [0, 2, 3]);
      });
    },
  },
};
