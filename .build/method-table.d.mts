import type { Family } from "../src/nn/methods/index.js";
export function methodTable(families: readonly Family[]): string;
