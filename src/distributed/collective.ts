// What a collective works on: its names in messages, its memory, and checks of its arguments.
import { dtypeOf, type TypedArray } from "../dtype.js";
import type { ReduceOp, Values } from "../process-group.js";
import { show } from "../shape.js";
import { keep, Tensor } from "../tensor.js";
import type { Reduction } from "./transport.js";

export const ops: readonly ReduceOp[] = ["sum", "mean", "max", "min"];

/** A description for messages and checks, such as "float32 [2, 3]". */
export const nameOf = (values: Values): string =>
  values instanceof Tensor
    ? `${values.dtype} ${show(values.shape)}`
    : `${dtypeOf(values)} [${values.length}]`;

export const dtypeOfValues = (values: Values) =>
  values instanceof Tensor ? values.dtype : dtypeOf(values);

const lengthOf = (values: Values) => (values instanceof Tensor ? values.size : values.length);

type Named = Readonly<Record<string, Values>>;

/** Refuses unless the first, by its name, holds one of the second for each of `size` ranks. */
export function checkParts(op: string, size: number, large: Named, small: Named): void {
  const [[nameOfAll, all], [name, own]] = [large, small].map((named) => Object.entries(named)[0]);
  if (dtypeOfValues(all) !== dtypeOfValues(own))
    throw new TypeError(
      `${op}: expected ${nameOfAll} and ${name} of one dtype, got ${nameOf(all)} and ${nameOf(own)}`,
    );
  if (lengthOf(all) !== size * lengthOf(own))
    throw new RangeError(
      `${op}: expected ${nameOfAll} of ${size} times the ${lengthOf(own)} elements of ${name}, got ${lengthOf(all)}`,
    );
}

/** Memory of a collective: what the transport reads or writes, and what is to be done when it is finished. */
interface Region {
  view: TypedArray;
  finish(): void;
}

/** Memory that stays where it is until `finish`. Unshared linear memory may move when it grows. */
export function regionOf(values: Values, writes: boolean, async: boolean): Region {
  if (!(values instanceof Tensor)) return { view: values, finish() {} };
  const held = keep(values.detach());
  const staged = async && !values.runtime.shared;
  const view = staged ? values.toArray() : held.elements;
  return {
    view,
    finish() {
      if (staged && writes) held.elements.set(view as never);
      if (writes) held.written();
      held.dispose();
    },
  };
}

/** `poll`, whose errors say which collective it is. */
export const named = (where: string, poll: () => boolean) => () => {
  try {
    return poll();
  } catch (cause) {
    const { message } = cause as Error;
    throw message.includes("[rank ") ? cause : new Error(`${where}: ${message}`, { cause });
  }
};

export const plain = (op: ReduceOp): Reduction => (op === "mean" ? "sum" : op);

export function divide(values: Float64Array, by: number): void {
  for (let i = 0; i < values.length; i++) values[i] /= by;
}
