import { checkOptions, describe, type Rules } from "../../options.js";
import { full, show, type Tensor } from "../../tensor.js";
import { checkTensor } from "../check.js";
import { composed } from "../composed.js";
import { add } from "../elementwise/add.js";
import { take } from "../shape/take.js";

/** What stands in the padding: a value, the mirror image without its border, the border, or the other end. */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";
/** @internal The rules of options use them. */
export const padModes: readonly PadMode[] = ["constant", "reflect", "replicate", "circular"];

/** Options of `pad`. */
export interface PadOptions {
  /** What stands in the padding; "constant" by default. */
  mode?: PadMode;
  /** The constant; 0 by default. */
  value?: number;
}

const rules: Rules<PadOptions> = { mode: padModes, value: "number" };

/** The place in n elements that stands at position i of the padded axis, −1 for the constant. */
const placeOf: Record<PadMode, (i: number, n: number) => number> = {
  constant: (i, n) => (i < 0 || i >= n ? -1 : i),
  reflect: (i, n) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i),
  replicate: (i, n) => Math.min(Math.max(i, 0), n - 1),
  circular: (i, n) => (i + n) % n,
};

/**
 * x with more elements around it. `sides` are before and behind the last axis, then before and behind the one in front
 * of it, and so on: [left, right, top, bottom]. Below 0 they cut off.
 * @shape x [..., H, W] → [..., top + H + bottom, left + W + right]
 * @throws RangeError for an odd number of sides or more than axes, for what cuts off more than there is, for "reflect"
 *   by a length or more, "circular" by more than a length, either of both or "replicate" by less than 0, and
 *   "replicate" of nothing; TypeError for sides that are no list of integers, and a value beside another mode
 * @source torch.nn.functional.pad
 */
export function pad(x: Tensor, sides: readonly number[], options: PadOptions = {}): Tensor {
  return composed("pad", () => {
    const { mode = "constant", value = 0 } = checkOptions("pad", options, rules);
    checkTensor("pad", "input", x);
    if (!Array.isArray(sides) || !sides.every(Number.isInteger))
      throw new TypeError(`pad: expected sides to be a list of integers, got ${describe(sides)}`);
    if (sides.length % 2 !== 0 || sides.length > 2 * x.shape.length) {
      throw new RangeError(
        `pad: expected two sides for each axis to pad, got ${show(sides)} for ${show(x.shape)}`,
      );
    }
    if (options.value !== undefined && mode !== "constant")
      throw new TypeError(`pad: expected no value with mode "${mode}", got ${value}`);
    const pairs = Array.from({ length: sides.length / 2 }, (_, i) => sides.slice(2 * i, 2 * i + 2));
    pairs.forEach(([before, behind], i) => {
      checkSides(x.shape[x.shape.length - 1 - i], before, behind, mode);
    });
    if (value === 0) return padded(x, pairs, mode);
    const inside = padded(full(x.shape, 1, { runtime: x.runtime }), pairs, mode);
    const { elements } = inside;
    for (let i = 0; i < elements.length; i++) elements[i] = elements[i] === 1 ? 0 : value;
    return add(padded(x, pairs, mode), inside);
  });
}

/** @internal pad without its checks: pairs of sides, the last axis first. */
export function padded(x: Tensor, pairs: readonly (readonly number[])[], mode: PadMode): Tensor {
  let y = x;
  pairs.forEach(([before, behind], i) => {
    if (before === 0 && behind === 0) return;
    const axis = x.shape.length - 1 - i;
    const n = x.shape[axis];
    y = take(y, axis, n + before + behind, (j) => placeOf[mode](j - before, n));
  });
  return y === x ? x.reshape(x.shape) : y;
}

function checkSides(n: number, before: number, behind: number, mode: PadMode): void {
  const [least, most] = [Math.min(before, behind), Math.max(before, behind)];
  const refuse = (wanted: string) => {
    throw new RangeError(
      `pad: expected ${wanted} with mode "${mode}", got ${before} and ${behind} for a length of ${n}`,
    );
  };
  if (n + before + behind < 0 || most >= 2 ** 31) refuse("sides that leave a length ≥ 0");
  if (mode === "constant") return;
  if (least < 0) refuse("sides ≥ 0");
  if (mode === "reflect" && most >= n && most > 0) refuse("sides below the length");
  if (mode === "circular" && most > n) refuse("sides up to the length");
  if (mode === "replicate" && n === 0 && most > 0) refuse("something to repeat");
}
