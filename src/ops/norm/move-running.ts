import { rewrite, type Tensor } from "../../tensor.js";

/** Moves running statistics: (1 − momentum)·old + momentum·value. */
export function moveRunning(running: Tensor, momentum: number, value: (i: number) => number): void {
  rewrite([running], () => {
    running.elements.forEach((old, i, elements) => {
      elements[i] = (1 - momentum) * old + momentum * value(i);
    });
  });
}
