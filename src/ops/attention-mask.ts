import {
  type AnyTensor,
  alias,
  disposeSymbol,
  empty,
  type Shape,
  show,
  Tensor,
} from "../tensor.js";
import { checkSameRuntime } from "./check.js";
import { matrixOffsets } from "./matmul.js";

/** A mask [.., L, S] as the kernels take it. */
export interface AttentionMask extends Disposable {
  /** float32. */
  values: Tensor;
  /** Bytes from `values` to the mask of each score matrix. */
  offsets: Tensor<"int32">;
  /** Bytes from one row of it to the next: 0 where all rows share one. */
  pitch: number;
}

const OP = "scaledDotProductAttention";

/**
 * `mask` for score matrices [...batch, heads, L, S]. It broadcasts to that shape, its last length being S; one with an axis less
 * than that, but a batch, is every head's. Throws TypeError for another dtype, RangeError for a shape that does not fit.
 */
export function maskFor(
  mask: AnyTensor | null | undefined,
  like: Tensor,
  batch: Shape,
  heads: number | undefined,
  l: number,
  s: number,
): AttentionMask | null {
  if (mask === null || mask === undefined) return null;
  if (!(mask instanceof Tensor)) throw new TypeError(`${OP}: expected mask to be a tensor`);
  if (mask.dtype !== "float32" && mask.dtype !== "int32" && mask.dtype !== "uint8") {
    throw new TypeError(`${OP}: expected mask of dtype float32, int32 or uint8, got ${mask.dtype}`);
  }
  checkSameRuntime(OP, like, mask);
  const leading = mask.shape.slice(0, -2);
  const shared = heads !== undefined && leading.length > 0 && leading.length <= batch.length;
  const own = shared ? [...leading, 1] : leading;
  const all = heads === undefined ? batch : [...batch, heads];
  const [rows, columns] = mask.shape.slice(-2);
  const fits = own.every(
    (length, i) => length === 1 || length === all[all.length - own.length + i],
  );
  if (columns !== s || (rows !== l && rows !== 1) || own.length > all.length || !fits) {
    throw new RangeError(
      `${OP}: expected mask of a shape that broadcasts to ${show([...all, l, s])}, got ${show(mask.shape)}`,
    );
  }
  const values = mask.dtype === "float32" ? alias(mask as Tensor) : empty(mask.runtime, mask.shape);
  if (mask.dtype !== "float32") values.elements.set(mask.elements as Int32Array);
  const starts = matrixOffsets(all, own, rows * columns);
  const offsets = empty(mask.runtime, [starts.length], "int32");
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
