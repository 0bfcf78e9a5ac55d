import type { Shape } from "../../experiments/scale-and-shift.js";
import { htmlTable } from "./page.js";

/** The moments of each distribution before and after batch norm. */
export const shapeTable = (shapes: readonly Shape[]): string =>
  htmlTable(
    ["input", "", "mean", "variance", "skewness", "excess kurtosis"],
    shapes.flatMap(({ name, before, after }) =>
      [before, after].map(({ mean, variance, skewness, kurtosis }, k) => [
        k === 0 ? name : "",
        k === 0 ? "before" : "after",
        ...[mean, variance, skewness, kurtosis].map((value) =>
          value.toFixed(3).replace(/^-(?=0\.0+$)/, ""),
        ),
      ]),
    ),
  );
