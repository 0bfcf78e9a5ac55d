import type { Sets } from "./sets.js";

/** One set per row of `cols` elements, one parameter per column. */
export const rowSets = (size: number, cols: number): Sets => ({
  count: size / cols,
  setOf: (i) => Math.floor(i / cols),
  parameters: cols,
  parameterOf: (i) => i % cols,
});
