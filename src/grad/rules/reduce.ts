import { exp } from "../../ops/elementwise/exp.js";
import { gated } from "../../ops/elementwise/gated.js";
import { mul } from "../../ops/elementwise/mul.js";
import { sub } from "../../ops/elementwise/sub.js";
import { logSoftmax } from "../../ops/reduce/log-softmax.js";
import { mean } from "../../ops/reduce/mean.js";
import { sum } from "../../ops/reduce/sum.js";
import type { AnyTensor, Tensor } from "../../tensor.js";
import type { Linear, Rule } from "../rule.js";
import { constant, constantOf, type Step, zerosOf } from "../step.js";

interface CrossEntropy {
  divisor: number;
  labelSmoothing: number;
}

/** What cross-entropy multiplies the negative logarithms of the probabilities [N, C] with. */
function targetsOf(logits: Tensor, labels: AnyTensor, smoothing: number): Tensor {
  const [, classes] = logits.shape;
  const values = new Float32Array(logits.size);
  Array.from(labels.elements, Number).forEach((label, i) => {
    if (label < 0) return;
    values.fill(smoothing / classes, i * classes, (i + 1) * classes);
    values[i * classes + label] += 1 - smoothing;
  });
  return constant(logits, logits.shape, values);
}

export const reduceRules: Record<string, Rule> = {
  sum: {
    again: (v: Tensor, { how, shape }: Linear<{ axes: readonly number[] }>) =>
      sum(v, how.axes).reshape(shape),
  },
  mean: {
    again: (v: Tensor, { how, shape }: Linear<{ axes: readonly number[] }>) =>
      mean(v, how.axes).reshape(shape),
  },
  softmax: {
    back: (s: Step<{ axis: number }>) => {
      const y = s.output();
      const weighted = mul(s.dy, y);
      return [sub(weighted, mul(y, sum(weighted, s.how.axis, true)))];
    },
  },
  logSoftmax: {
    back: (s: Step<{ axis: number }>) => [
      sub(s.dy, mul(exp(s.output()), sum(s.dy, s.how.axis, true))),
    ],
  },
  mseLoss: {
    op: ([a, b]: Tensor[], { how }: Step<{ divisor: number }>) => {
      const off = sub(a, b);
      return mul(sum(mul(off, off)), 1 / how.divisor);
    },
  },
  crossEntropy: {
    op: ([logits]: Tensor[], { how, saved, node }: Step<CrossEntropy>) => {
      const [, labels] = saved;
      const [, classes] = logits.shape;
      const targets = targetsOf(logits, labels, how.labelSmoothing);
      // a row that is ignored may hold NaN
      const open = constantOf(targets, (_, i) =>
        Number(labels.elements[Math.floor(i / classes)] >= 0),
      );
      const terms = mul(logSoftmax(gated(logits, open), 1), targets);
      if (node.shape.length === 1) return mul(sum(terms, 1), -1);
      return mul(sum(terms), -1 / how.divisor);
    },
  },
  /** Of ops of nothing, and of those that round. */
  zeros: { back: (s: Step) => s.each((k) => zerosOf(s.dy, s.shapeOf(k))) },
};
