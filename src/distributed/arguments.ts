// The arguments of collectives: their names in messages, and their checks.
import { arrays, dtypeOf, isArray, type TypedArray } from "../dtype.js";
import { describe } from "../options.js";
import type { Values } from "../process-group.js";
import { show } from "../shape.js";
import { Tensor } from "../tensor.js";

const dtypeOfValues = (values: Values) =>
  values instanceof Tensor ? values.dtype : dtypeOf(values);

const elementsOf = (values: Values): TypedArray =>
  values instanceof Tensor ? values.elements : values;

/** A description for messages and checks, such as "float32 [2, 3]". Throws for what is no tensor and no typed array. */
export function nameOf(op: string, name: string, values: Values): string {
  if (values instanceof Tensor) {
    values.ptr; // throws if it was disposed
    return `${values.dtype} ${show(values.shape)}`;
  }
  if (!Object.values(arrays).some((type) => isArray(values, type.name)))
    throw new TypeError(
      `${op}: expected ${name} to be a tensor or a typed array of a dtype, got ${describe(values)}`,
    );
  if (values.length >= 2 ** 31)
    throw new RangeError(
      `${op}: expected ${name} of fewer than 2³¹ elements, got ${values.length}`,
    );
  return `${dtypeOf(values)} [${values.length}]`;
}

/** Refuses a mean of integers. */
export function checkMean(op: string, values: Values): void {
  const dtype = dtypeOfValues(values);
  if (dtype.startsWith("float")) return;
  throw new TypeError(`${op}: a mean needs float32 or float64, got ${dtype}; take the sum`);
}

type Named = Readonly<Record<string, Values>>;

/** Refuses unless the first, by its name, holds one of the second for each of `size` ranks, in other memory. */
export function checkParts(op: string, size: number, large: Named, small: Named): void {
  const [[nameOfAll, all], [name, own]] = [large, small].map((named) => Object.entries(named)[0]);
  const [listOfAll, list] = [all, own].map(elementsOf);
  if (dtypeOf(listOfAll) !== dtypeOf(list))
    throw new TypeError(
      `${op}: expected ${nameOfAll} and ${name} of one dtype, got ${nameOf(op, nameOfAll, all)} and ` +
        `${nameOf(op, name, own)}`,
    );
  if (listOfAll.length !== size * list.length)
    throw new RangeError(
      `${op}: expected ${nameOfAll} of ${size} times the ${list.length} elements of ${name}, got ${listOfAll.length}`,
    );
  if (overlap(listOfAll, list))
    throw new RangeError(`${op}: expected ${nameOfAll} and ${name} that share no memory`);
}

const overlap = (a: TypedArray, b: TypedArray) =>
  a.buffer === b.buffer &&
  a.byteOffset < b.byteOffset + b.byteLength &&
  b.byteOffset < a.byteOffset + a.byteLength;
