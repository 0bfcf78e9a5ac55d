// A training in which rank 1 does something wrong at step 5.

import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { DistributedDataParallel } from "../../../src/distributed/ddp.js";
import { initProcessGroup } from "../../../src/distributed/init.js";
import * as nn from "../../../src/nn/index.js";
import { mean } from "../../../src/ops/reduce/mean.js";
import { init } from "../../../src/runtime/default-runtime.js";
import { full, tidy, zeros } from "../../../src/tensor.js";
import { given } from "./rank.js";

const { fault } = given<{ fault: string }>();
const { OMPI_COMM_WORLD_RANK, PMI_RANK } = process.env;
const rank = Number(workerData?.rank ?? OMPI_COMM_WORLD_RANK ?? PMI_RANK);
if (fault === "never joins" && rank === 1) {
  writeSync(2, `joined at ${Date.now()}\n`);
  await new Promise((resolve) => setTimeout(resolve, 500));
  process.exit(0);
}
if (fault === "nobody joins" || (fault === "others join late" && rank === 1)) process.exit(0);
const late = fault === "others join late";
if (late) await new Promise((resolve) => setTimeout(resolve, 1000));
const group = await initProcessGroup({
  timeout: late ? 60 : 2,
  check: fault.startsWith("mismatched"),
});
const runtime = await init({ threads: 1 });
const wrong = group.rank === 1;
if (wrong && group.backend === "mpi") writeSync(2, `joined at ${Date.now()}\n`);
const width = wrong && fault === "other model" ? 3 : 2;
const layer = new nn.SyncBatchNorm(width, { processGroup: group });
if (fault === "other dtype") {
  const dtype = wrong ? "float64" : "float32";
  Object.assign(layer, { extra: layer.buffer("extra", zeros([1], { dtype })) });
}
const ddp = new DistributedDataParallel(layer, { processGroup: group });

for (let step = 1; step <= 10; step++) {
  if (wrong && step === 5) {
    if (fault === "throw") throw new Error("boom");
    if (fault === "rejection") void Promise.reject(new Error("boom"));
    if (fault === "exit") process.exit(0);
    if (fault === "kill") process.kill(process.pid, "SIGKILL");
    if (fault === "hang") for (;;);
    if (fault === "mismatched shapes") group.allReduce(zeros([3]));
    if (fault === "mismatched order") group.barrier();
    if (fault === "skips a layer") continue;
    if (fault.startsWith("fails in")) {
      const boom = () => {
        throw new Error("my hook");
      };
      const pass = () => ddp.backward(mean(ddp.forward(full([4, 2], step))), 4);
      const hook = fault.includes("backward")
        ? layer.parameters()[0].registerPostAccumulateGradHook(boom)
        : fault.includes("forward") && layer.registerForwardHook(boom);
      try {
        if (!fault.includes("join")) pass();
        ddp.join(() => {
          pass();
          boom();
        });
      } catch {}
      if (hook) hook.remove();
      try {
        pass();
      } catch (error) {
        throw new Error(`rank 1 went on: ${(error as Error).message}`);
      }
    }
  } else if (step === 5 && fault.startsWith("fails in join")) {
    ddp.join(() => {
      for (let round = 0; round < 2; round++)
        tidy(() => ddp.backward(mean(ddp.forward(full([4, 2], round))), 4));
    });
  } else if (step === 5 && fault === "mismatched shapes") group.allReduce(zeros([4]));
  tidy(() => ddp.backward(mean(ddp.forward(full([4, 2], step + group.rank))), 4));
  await new Promise((resolve) => setTimeout(resolve, 0));
}
group.close();
runtime.close();
