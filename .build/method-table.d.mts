import type { Method } from "../src/nn/methods/index.js";
export function methodTable(methods: readonly Method[]): string;
