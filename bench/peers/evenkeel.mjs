// This library, with the same interface as the others.
import {
  createRuntime,
  hasRelaxedSimd,
  outputsOf,
  Tensor,
  tidy,
  workloads,
} from "../../build/peers.js";

export async function open({ threads }) {
  const variant = hasRelaxedSimd() ? "relaxed" : "simd";
  const runtime = await createRuntime({ threads, variant });
  return {
    version: variant,
    prepare(_, index) {
      const workload = workloads[index];
      const step = workload.ours(runtime, workload.shape);
      return {
        outputs: () => outputsOf(step),
        run: () =>
          tidy(() => {
            for (const output of step.run()) if (output instanceof Tensor) output.dispose();
          }),
        dispose: () => step.dispose?.(),
      };
    },
  };
}
