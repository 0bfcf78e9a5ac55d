// npm run fuzz:files -- [--count N] [--seed S] reads N files of PyTorch and NumPy that are changed at random. It exits
// with 1 after a finding.
import { parseArgs } from "node:util";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { readMutated } from "./mutate.js";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "20000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const runtime = await createRuntime({ threads: 1 });
const { loaded, problems } = readMutated(Number(values.count), Number(values.seed), runtime);
runtime.close();
for (const problem of problems.slice(0, 20)) console.log(`FOUND ${problem}\n`);
console.log(
  `seed ${values.seed}: ${loaded} of ${values.count} files were read, ${problems.length} findings`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
