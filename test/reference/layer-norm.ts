import type { Sets } from "./sets.js";

/** There is one set for each row of `cols` elements, and one parameter for each column. */
export const rowSets = (size: number, cols: number): Sets => ({
  count: size / cols,
  setOf: (i) => Math.floor(i / cols),
  parameters: cols,
  parameterOf: (i) => i % cols,
});
