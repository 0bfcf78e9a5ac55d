// The sections of the third document, in one program: all are loaded at once, and one file is smaller than four.
export { Machine } from "../machine/machine.js";
export { Methods } from "../methods/methods.js";
export { OwnNorms } from "../own-norms/own-norms.js";
export { Results } from "../results/results.js";
