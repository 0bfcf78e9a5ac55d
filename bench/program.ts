import type { Shape } from "../src/tensor.js";

/** An array given to a program: an input, a parameter, or targets. */
export interface Leaf {
  shape: Shape;
  data: Float32Array | Int32Array;
}

/** One operation under PyTorch's name and with its meaning; `inputs` are names of leaves or of earlier steps. */
export interface ProgramStep {
  op: string;
  inputs: readonly string[];
  options: Readonly<Record<string, number | boolean | string | readonly number[]>>;
  name: string;
}

/** What a workload computes, told so that every library can do it: its adapter interprets the steps with its own operations. */
export interface Program {
  leaves: Record<string, Leaf>;
  steps: ProgramStep[];
  /** The name of the result. */
  result: string;
  /** Leaves whose gradients follow the result, from that in leaf `dy` back, or from the result itself if it is a loss. */
  gradients: string[];
  /** True where the result is a loss and an update by Adam with this rate belongs to the time. */
  adam: number | null;
}

type Options = ProgramStep["options"];

/** Collects the steps: each call names its result, which is given to the next. */
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
