// The jobs of a transport that make up a collective.
import { arrays, dtypeOf, type TypedArray } from "../dtype.js";
import type { ReduceOp } from "../process-group.js";
import { type Job, type Reduction, reduceInto } from "./transport.js";

/** A job, and what is to be done when the transport has done it. */
export interface Plan {
  job: Job;
  finish?(): void;
}

/** The ranks, and whether reductions must be gathered first: to be taken in rank order, in float64, by each rank. */
export interface Ranks {
  rank: number;
  size: number;
  gathered: boolean;
}

const plain = (op: ReduceOp): Reduction => (op === "mean" ? "sum" : op);

function divide(values: TypedArray, by: number): void {
  (values as Float64Array).forEach((value, i, list) => {
    list[i] = value / by;
  });
}

/** output = the reduction of the parts of all inputs that begin at `first`. */
function gather(op: ReduceOp, output: TypedArray, input: TypedArray, first: number, size: number) {
  const { length } = input;
  const all = new arrays[dtypeOf(input)](size * length) as TypedArray;
  const starts = Array.from({ length: size }, (_, r) => r * length + first);
  const parts = starts.map((start) => all.subarray(start, start + output.length) as TypedArray);
  const job: Job = { kind: "allGather", output: all, input };
  return { job, reduce: () => reduceInto(plain(op), output, parts) };
}

export function allReducePlan(op: ReduceOp, values: TypedArray, ranks: Ranks): Plan {
  const { size, gathered } = ranks;
  const own = gathered ? gather(op, values, values, 0, size) : null;
  return {
    job: own?.job ?? { kind: "allReduce", values, op: plain(op) },
    finish() {
      own?.reduce();
      if (op === "mean") divide(values, size);
    },
  };
}

export function reduceScatterPlan(
  op: ReduceOp,
  output: TypedArray,
  input: TypedArray,
  { rank, size, gathered }: Ranks,
): Plan {
  const own = gathered ? gather(op, output, input, rank * output.length, size) : null;
  return {
    job: own?.job ?? { kind: "reduceScatter", output, input, op: plain(op) },
    finish() {
      own?.reduce();
      if (op === "mean") divide(output, size);
    },
  };
}
