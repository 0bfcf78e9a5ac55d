import { type Shape, Tensor, tidy } from "../src/tensor.js";
import type { Provider } from "./provider.js";
import type { Step, Workload } from "./workload.js";

/** ‖got − want‖ / ‖want‖, or the absolute error if `want` is zero. NaN if a value is NaN or the lengths differ. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Number.NaN;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < want.length; i++) {
    difference += (got[i] - want[i]) ** 2;
    norm += want[i] ** 2;
  }
  return Math.sqrt(norm === 0 ? difference : difference / norm);
}

/** Copies of the results of a step. */
export function outputsOf(step: Step): Float32Array[] {
  return tidy(() => {
    step.before?.();
    const outputs = step.run();
    const copies = outputs.map((output) =>
      output instanceof Tensor ? output.toArray() : output.slice(),
    );
    for (const output of outputs) if (output instanceof Tensor) output.dispose();
    return copies;
  });
}

export const title = ({ name }: Workload, shape: Shape): string => `${name} [${shape.join(", ")}]`;

/** Throws unless all providers give the same result on `shape`, within the workload's tolerance. */
export function compare(
  workload: Workload,
  shape: Shape,
  providers: readonly Pick<Provider, "name" | "prepare">[],
): void {
  let first: Float32Array[] | null = null;
  for (const provider of providers) {
    const outputs = tidy(() => {
      const step = provider.prepare(workload, shape);
      const made = outputsOf(step);
      step.dispose?.();
      return made;
    });
    first ??= outputs;
    const pair = `${title(workload, shape)}: ${providers[0].name} and ${provider.name}`;
    if (outputs.length !== first.length)
      throw new Error(`${pair} give ${first.length} and ${outputs.length} results`);
    for (const [i, output] of outputs.entries()) {
      const error = relativeError(output, first[i]);
      if (!(error <= workload.tolerance))
        throw new Error(
          `${pair} differ by ${error} in result ${i} (${workload.tolerance} allowed)`,
        );
    }
  }
}
