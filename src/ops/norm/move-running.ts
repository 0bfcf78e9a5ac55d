import { NOWHERE } from "../../runtime/address.js";
import { rewrite, type Tensor, temporary } from "../../tensor.js";

/** Moves running statistics, by the kernel that batch norm uses: (1 − momentum)·old + momentum·value. */
export function moveRunning(running: Tensor, momentum: number, value: (i: number) => number): void {
  const { runtime, size } = running;
  using stats = temporary(runtime, [size, 3], "float64");
  const { elements } = stats;
  for (let i = 0; i < size; i++) elements[3 * i] = value(i); // in the mean's place
  const args = [running.ptr, NOWHERE, stats.ptr, 1, size, 1, 0, momentum] as const;
  rewrite([running], () => runtime.run("runningUpdate", size, 16, args));
}
