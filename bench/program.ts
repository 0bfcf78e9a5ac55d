import type { Shape } from "../src/tensor.js";

/** An array given to a program: an input, a parameter, or targets. */
export interface Leaf {
  shape: Shape;
  data: Float32Array | Int32Array;
}

/** One operation with PyTorch's name and meaning. `inputs` are names of leaves or of earlier steps. */
export interface ProgramStep {
  op: string;
  inputs: readonly string[];
  options: Readonly<Record<string, number | boolean | string | readonly number[]>>;
  name: string;
}

/**
 * What a workload computes, in a form for every library: its adapter runs the steps with the library's own operations.
 */
export interface Program {
  leaves: Record<string, Leaf>;
  steps: ProgramStep[];
  /** The name of the result. */
  result: string;
  /**
   * Leaves whose gradients follow the result. They start from the gradient in leaf `dy`, or from the result itself if
   * it is a loss.
   */
  gradients: string[];
  /** The rate of the Adam update that belongs to the measured time. The result is a loss then. null: no update. */
  adam: number | null;
}

type Options = ProgramStep["options"];

/** Collects the steps. Each call gives the name of its result, which is an input of later calls. */
export function program(
  leaves: Record<string, Leaf>,
  build: (apply: (op: string, inputs: readonly string[], options?: Options) => string) => string,
  { gradients = [], adam = null }: { gradients?: string[]; adam?: number | null } = {},
): Program {
  const steps: ProgramStep[] = [];
  const result = build((op, inputs, options = {}) => {
    const name = `${op}${steps.length}`;
    steps.push({ op, inputs, options, name });
    return name;
  });
  return { leaves, steps, result, gradients, adam };
}
