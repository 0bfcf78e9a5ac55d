// npm run test:quick: what a change needs, about 90 seconds on two cores. npm test runs all, on the built package.
import { mergeConfig } from "vitest/config";
import all from "./vitest.config.js";

/** What is left out. */
const exclude = [
  // what looks at the built package, the README or other programs
  "test/{abi,package,platform,readme,bench}.test.ts",
  "test/runtime/{exit,hosts}.test.ts",
  // the program and the networks in training: their parts have tests of their own
  "test/{cli,experiments,models}/**",
  // one idea tried on every operation: all scales, all layouts, bad values, refusals, any program
  "test/fuzz/**",
  "test/ops/**/{containment,extreme,layout,pairs,refusals,saved,scales,sizes}.test.ts",
  // wild pixels and far paddings, a minute of convolutions
  "test/ops/**/{conv-far,winograd-wild}.test.ts",
];

export default mergeConfig(all, { test: { exclude } });
