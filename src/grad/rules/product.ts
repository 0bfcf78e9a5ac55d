import { mul } from "../../ops/elementwise/mul.js";
import { reluGradient } from "../../ops/elementwise/relu.js";
import { matmul } from "../../ops/product/matmul.js";
import { sum } from "../../ops/reduce/sum.js";
import { transpose } from "../../ops/shape/transpose.js";
import { ones, type Tensor } from "../../tensor.js";
import type { Rule } from "../rule.js";
import { reduceTo, type Step } from "../step.js";
import { attention } from "./attention.js";

const turned = (t: Tensor): Tensor => transpose(t, -2, -1);
const rowsOf = (t: Tensor): Tensor => t.reshape([-1, t.shape.at(-1) ?? 1]);

/** dy in front of the ReLU in the pass of a product, whose output was saved as number `at`. */
export function behindRelu({ dy, saved }: Step, at: number): Tensor {
  const y = saved[at];
  return y ? mul(dy, reluGradient(ones(y.shape, { runtime: y.runtime }), y)) : dy;
}

/** The gradient of the left (0) or the right (1) factor. Vectors are matrices of one row or column. */
function factorGradient(s: Step, k: number): Tensor {
  const own = s.shapeOf(k);
  const other = s.input(1 - k);
  const isVector = [own, other.shape].map((shape) => shape.length === 1);
  const [ofLeft, ofRight] = k === 0 ? isVector : isVector.toReversed();
  let dy = s.dy;
  if (ofRight) dy = dy.reshape([...dy.shape, 1]);
  if (ofLeft) dy = dy.reshape(dy.shape.toSpliced(-1, 0, 1));
  const matrix = (shape: readonly number[], left: boolean) =>
    shape.length > 1 ? shape : left ? [1, ...shape] : [...shape, 1];
  const factor = other.reshape(matrix(other.shape, k === 1));
  const shape = matrix(own, k === 0);
  if (k === 0) return reduceTo(matmul(dy, turned(factor)), shape).reshape(own);
  // With one matrix on the right, the rows of all batches are one long matrix.
  if (shape.length === 2) return matmul(turned(rowsOf(factor)), rowsOf(dy)).reshape(own);
  return reduceTo(matmul(turned(factor), dy), shape).reshape(own);
}

export const productRules: Record<string, Rule> = {
  matmul: { back: (s: Step) => s.each((k) => factorGradient(s, k)) },
  linear: {
    back: (s: Step) => {
      const dy = behindRelu(s, 2);
      return s.each((k) => {
        if (k === 0) return matmul(dy, s.input(1));
        if (k === 1) return matmul(turned(rowsOf(dy)), rowsOf(s.input(0)));
        return sum(rowsOf(dy), 0);
      });
    },
  },
  attention,
};
