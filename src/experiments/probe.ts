import type { Module } from "../nn/module.js";
import { type Histogram, histogramOf } from "./histogram.js";
import { momentsOf } from "./moments.js";

/** What goes through a block of a net in one training step. */
export interface BlockProbe {
  /** The histogram of the outputs, between the smallest and the largest finite one. */
  histogram: Histogram;
  mean: number;
  deviation: number;
  /** ‖∂loss/∂w‖, where w are all parameters of the block together. */
  gradient: number;
}

/**
 * Runs a training step and measures what went through the blocks. This does not change the bits of the step: hooks on
 * single layers would keep these from being computed in one pass, hooks on blocks do not.
 */
export function probe<T>(
  blocks: readonly Module[],
  step: () => T,
): {
  result: T;
  /** What went through each block. It must be called before the gradients are freed. */
  read: () => BlockProbe[];
} {
  const outputs: Float32Array[] = [];
  const handles = blocks.map((block, i) =>
    block.registerForwardHook((_, __, output) => {
      outputs[i] = output.elements.slice();
    }),
  );
  try {
    const result = step();
    const read = () => blocks.map((block, i) => describe(outputs[i], gradientNorm(block)));
    return { result, read };
  } finally {
    for (const handle of handles) handle.remove();
  }
}

function describe(output: Float32Array, gradient: number): BlockProbe {
  const finite = output.filter(Number.isFinite);
  const low = finite.reduce((least, value) => Math.min(least, value), finite[0] ?? 0);
  const high = finite.reduce((most, value) => Math.max(most, value), low);
  const { mean, biased } = momentsOf(output);
  return {
    histogram: histogramOf(finite, low, high),
    mean,
    deviation: Math.sqrt(biased),
    gradient,
  };
}

function gradientNorm(block: Module): number {
  let squares = 0;
  for (const { grad } of block.parameters())
    for (const value of grad?.elements ?? []) squares += value * value;
  return Math.sqrt(squares);
}
