import type { Shape } from "../../experiments/scale-and-shift.js";
import type { Texts } from "../text/en/index.js";
import { htmlTable } from "./page.js";

/** The moments of each distribution before and after batch norm. */
export function shapeTable(shapes: readonly Shape[], texts: Texts): string {
  const words = texts.gradients.shapes;
  const names: Readonly<Record<string, string>> = words.names;
  const rows = shapes.flatMap(({ name, before, after }) =>
    [before, after].map(({ mean, variance, skewness, kurtosis }, k) => [
      k === 0 ? (names[name] ?? name) : "",
      k === 0 ? words.before : words.after,
      ...[mean, variance, skewness, kurtosis].map((value) =>
        value.toFixed(3).replace(/^-(?=0\.0+$)/, ""),
      ),
    ]),
  );
  return htmlTable(words.head, rows, texts);
}
