import { add } from "../../ops/elementwise/add.js";
import { div } from "../../ops/elementwise/div.js";
import { exp } from "../../ops/elementwise/exp.js";
import { gated } from "../../ops/elementwise/gated.js";
import { mul } from "../../ops/elementwise/mul.js";
import { neg } from "../../ops/elementwise/neg.js";
import { sigmoid } from "../../ops/elementwise/sigmoid.js";
import { sub } from "../../ops/elementwise/sub.js";
import { tanh } from "../../ops/elementwise/tanh.js";
import type { Tensor } from "../../tensor.js";
import { curve } from "../curve.js";
import type { Linear, Rule, Written } from "../rule.js";
import { reduceTo, type Step } from "../step.js";

/** An op that multiplies each element by a constant: 0 and 1 for a ReLU, the mask of a dropout. */
const factors: Written = { back: (step) => [mul(step.dy, step.factors())] };

/** The density of the normal distribution. */
const density = (x: Tensor): Tensor => mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));

export const elementwiseRules: Record<string, Rule> = {
  add: { back: (s: Step) => s.each((k) => reduceTo(s.dy, s.shapeOf(k))) },
  sub: {
    back: (s: Step) => s.each((k) => reduceTo(k === 0 ? s.dy : neg(s.dy), s.shapeOf(k))),
  },
  mul: { back: (s: Step) => s.each((k) => reduceTo(mul(s.dy, s.input(1 - k)), s.shapeOf(k))) },
  div: {
    back: (s: Step) => {
      const da = div(s.dy, s.input(1));
      return s.each((k) => {
        if (k === 0) return reduceTo(da, s.shapeOf(0));
        return reduceTo(neg(mul(da, div(s.input(0), s.input(1)))), s.shapeOf(1));
      });
    },
  },
  neg: { back: ({ dy }: Step) => [neg(dy)] },
  exp: { back: (s: Step) => [mul(s.dy, s.output())] },
  log: { back: (s: Step) => [div(s.dy, s.input(0))] },
  sqrt: { back: (s: Step) => [div(s.dy, mul(s.output(), 2))] },
  sigmoid: {
    back: (s: Step) => {
      const y = s.output();
      return [mul(s.dy, mul(y, sub(1, y)))];
    },
  },
  tanh: {
    back: (s: Step) => {
      const y = s.output();
      return [mul(s.dy, sub(1, mul(y, y)))];
    },
  },
  relu: factors,
  gated: { again: (v: Tensor, { saved: [open] }: Linear) => gated(v, open) },
  dropout: factors,
  dropout2d: factors,
  silu: { op: ([x]: [Tensor]) => mul(x, sigmoid(x)) },
  gelu: {
    // (x·Φ(x))′ = Φ(x) + x·φ(x), and its derivative is φ(x)·(2 − x²)
    back: (s: Step) => {
      const slope = curve(s.factors(), s.input(0), (x) => mul(density(x), sub(2, mul(x, x))));
      return [mul(s.dy, slope)];
    },
  },
  geluTanh: {
    op: ([x]: [Tensor]) => {
      const cubic = add(x, mul(mul(mul(x, x), x), 0.044715));
      return mul(mul(x, 0.5), add(tanh(mul(cubic, Math.sqrt(2 / Math.PI))), 1));
    },
  },
};
