import { rand } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import type { Tensor } from "../tensor.js";

/** The radius of the circle that has half the area of the square. */
const RADIUS = Math.sqrt(2 / Math.PI);

/** Points in [−1, 1]², and whether they lie outside a circle. */
export function drawPoints(
  count: number,
  runtime: Runtime,
): { points: Tensor; labels: Int32Array } {
  const points = rand([count, 2], { runtime });
  points.data.forEach((value, i) => {
    points.data[i] = 2 * value - 1;
  });
  const labels = Int32Array.from({ length: count }, (_, i) =>
    Number(Math.hypot(points.data[2 * i], points.data[2 * i + 1]) > RADIUS),
  );
  return { points, labels };
}
