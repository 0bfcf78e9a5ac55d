// npm run test:quick runs the tests that a change needs, in about 60 s on two cores. npm test runs all of them on the
// built package.
import { mergeConfig } from "vitest/config";
import all from "./vitest.config.js";

/** The tests that are left out. */
const exclude = [
  // tests of the built package, of the README and of other programs
  "test/{abi,package,platform,documents,bench}.test.ts",
  "test/runtime/{exit,hosts}.test.ts",
  // tests of whole programs and of networks in training: their parts have tests of their own
  "test/{cli,experiments,models,page}/**",
  // tests that start many processes
  "test/distributed/{collectives,faults,network,ranks,train}.test.ts",
  // tests that try one idea on every operation: all scales, all layouts, bad values, refusals, random programs
  "test/fuzz/**",
  "test/ops/**/{containment,extreme,layout,pairs,refusals,saved,scales,sizes}.test.ts",
  // tests with extreme pixels and large paddings: they take a minute of convolutions
  "test/ops/**/{conv-far,winograd-wild}.test.ts",
];

/** And the tests that compute everything six times, in each variant and on 1, 2 and 3 threads: half of the time. */
const testNamePattern = /^(?!.*the same bits)/;

// The files of a worker share their modules: to load them for each file takes a quarter of the time. The default number
// of workers on two cores is one.
export default mergeConfig(all, {
  test: { exclude, testNamePattern, isolate: false, maxWorkers: "100%" },
});
