import { isGradEnabled } from "../../autograd.js";
import {
  type AnyTensor,
  alias,
  disposeSymbol,
  empty,
  type Shape,
  show,
  Tensor,
} from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import { matrixOffsets } from "./matmul.js";

/** A mask [.., L, S] as the kernels take it. */
export interface AttentionMask extends Disposable {
  /** The float32 numbers that are added to the scores; −∞ hides. */
  values: Tensor;
  /** Bytes from `values` to the mask of each score matrix. */
  offsets: Tensor<"int32">;
  /** Bytes from one row of the mask to the next: 0 where all rows share one. */
  pitch: number;
}

export interface Masks {
  mask?: AnyTensor | null;
  additiveMask?: Tensor | null;
}

const OP = "scaledDotProductAttention";

/**
 * `mask` or `additiveMask` for score matrices [...batch, heads, L, S]. It broadcasts to that shape; its last length is
 * S. A mask that has an axis less than that shape, but has a batch, is every head's. A mask is read once, in
 * JavaScript, which takes about a nanosecond an element. Throws TypeError for another dtype, RangeError for a shape
 * that does not fit and for values of a mask other than 0 and 1.
 */
export function maskFor(
  { mask, additiveMask }: Masks,
  like: Tensor,
  batch: Shape,
  heads: number | undefined,
  l: number,
  s: number,
): AttentionMask | null {
  if (mask && additiveMask)
    throw new TypeError(
      `${OP}: expected mask or additiveMask, not both: additiveMask may hide too`,
    );
  const given = mask ?? additiveMask;
  if (!given) return null;
  const name = mask ? "mask" : "additiveMask";
  if (additiveMask) checkAdditive(additiveMask);
  else checkDtype(given);
  checkSameRuntime(OP, like, given);
  const { runtime, shape } = given;
  const leading = shape.slice(0, -2);
  const shared = heads !== undefined && leading.length > 0 && leading.length <= batch.length;
  const own = shared ? [...leading, 1] : leading;
  const all = heads === undefined ? batch : [...batch, heads];
  const [rows, columns] = shape.slice(-2);
  const fits = own.every(
    (length, i) => length === 1 || length === all[all.length - own.length + i],
  );
  if (columns !== s || (rows !== l && rows !== 1) || own.length > all.length || !fits) {
    throw new RangeError(
      `${OP}: expected ${name} of a shape that broadcasts to ${show([...all, l, s])}, got ${show(shape)}`,
    );
  }
  const values = additiveMask ? alias(additiveMask) : hiding(given as Tensor);
  const starts = matrixOffsets(all, own, rows * columns);
  const offsets = empty(runtime, [starts.length], "int32");
  offsets.elements.set(starts.map((start) => 4 * start));
  return {
    values,
    offsets,
    pitch: rows === 1 ? 0 : 4 * columns,
    [disposeSymbol]: () => {
      values.dispose();
      offsets.dispose();
    },
  };
}

function checkDtype(mask: AnyTensor): void {
  if (!(mask instanceof Tensor)) throw new TypeError(`${OP}: expected mask to be a tensor`);
  if (mask.dtype !== "float32" && mask.dtype !== "int32" && mask.dtype !== "uint8")
    throw new TypeError(`${OP}: expected mask of dtype float32, int32 or uint8, got ${mask.dtype}`);
}

function checkAdditive(mask: Tensor): void {
  checkTensor(OP, "additiveMask", mask);
  if (mask.requiresGrad && isGradEnabled())
    throw new TypeError(`${OP}: additiveMask gets no gradient; give additiveMask.detach()`);
}

/** 0 where the mask is 1, −∞ where it is 0. The values are checked first: a refused call makes nothing. */
function hiding(mask: Tensor): Tensor {
  for (const value of mask.elements) {
    if (value !== 0 && value !== 1)
      throw new RangeError(
        `${OP}: expected mask of zeros and ones, got ${value}; what is added to the scores, such as 0 and ` +
          "-Infinity, goes in as additiveMask",
      );
  }
  const made = empty(mask.runtime, mask.shape);
  const { elements } = mask;
  made.elements.forEach((_, i, all) => {
    all[i] = elements[i] === 0 ? -Infinity : 0;
  });
  return made;
}
