import type { Phase } from "./compare-types.js";

/** The name under which `compare` asks for the store of a training. */
export const storeName = (norm: string, seed: number, phase: Phase): string =>
  `${norm.replace(/\W/g, "-")}-seed${seed}-${phase}`;
