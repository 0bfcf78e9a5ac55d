import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkOptions, type Rules } from "../../options.js";
import { defaultGenerator, type Generator } from "../../random.js";
import { empty, show, sizeOf, type Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";

/** Options of `dropout` and `dropout2d`. */
export interface DropoutOptions {
  /** The share of elements that is dropped; 0.5 by default. */
  p?: number;
  /** With false, x is returned as it is; true by default. */
  training?: boolean;
  /** Where the seed of the mask comes from; default: the generator that `manualSeed` sets. */
  generator?: Generator;
}

const rules: Rules<DropoutOptions> = { p: "number", training: "boolean", generator: "Generator" };

/**
 * Each element of x is 0 with probability p, else x / (1 − p). It takes two numbers of the generator, whatever the
 * size. The mask follows from them alone, on any number of threads.
 * @shape x [...] → [...]
 * @throws RangeError for p outside [0, 1]
 * @source Srivastava et al. 2014; Hinton et al. 2012, arXiv 1207.0580
 */
export const dropout = (x: Tensor, options: DropoutOptions = {}): Tensor =>
  drop("dropout", x, 1, options);

/**
 * Dropout of whole channels of x [N, C, ...].
 * @shape x [N, C, ...] of 3 dimensions or more → the same shape
 * @throws RangeError for less than 3 dimensions and p outside [0, 1]
 * @source Tompson et al. 2014, arXiv 1411.4280
 */
export function dropout2d(x: Tensor, options: DropoutOptions = {}): Tensor {
  checkTensor("dropout2d", "input", x);
  if (x.shape.length < 3)
    throw new RangeError(`dropout2d: expected input of shape [N, C, ...], got ${show(x.shape)}`);
  return drop("dropout2d", x, sizeOf(x.shape.slice(2)), options);
}

/** Drops runs of `length` elements. */
function drop(op: string, x: Tensor, length: number, options: DropoutOptions): Tensor {
  return call(op, () => {
    checkOptions(op, options, rules);
    const { p = 0.5, training = true, generator = defaultGenerator } = options;
    checkTensor(op, "input", x);
    if (!(p >= 0 && p <= 1)) {
      throw new RangeError(`${op}: dropout probability has to be between 0 and 1, but got ${p}`);
    }
    if (!training || p === 0) return x;
    const { runtime, shape, size } = x;
    const y = empty(runtime, shape);
    generator.lend();
    const seed = [generator.random(), generator.random()] as const;
    const threshold = Math.round(p * 2 ** 32);
    const scale = 1 / (1 - p);
    const masked = (to: Tensor, from: Tensor): Tensor => {
      const rows = size === 0 ? 0 : size / length;
      const args = [to.ptr, from.ptr, length, ...seed, threshold, scale] as const;
      if (threshold === 2 ** 32) to.elements.fill(0);
      else runtime.run("dropout", rows, 4 * length, args);
      return to;
    };
    return record(op, masked(y, x), [x], [], (dy) => [masked(empty(runtime, shape), dy)]);
  });
}
