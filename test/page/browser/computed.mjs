// A thread that runs one experiment of the library, and says what it told and returned.
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

const load = (file) => import(pathToFileURL(`dist/${file}.js`).href);
const { createRuntime } = await load("index");
const { name, args } = workerData;
const runtime = await createRuntime({ threads: 1, deterministic: true });
const run = (await load("experiments"))[name](...args, { runtime });
const events = [];
for (;;) {
  const { done, value } = await run.next();
  if (done) {
    parentPort.postMessage({ result: value, events });
    break;
  }
  events.push(value);
}
runtime.close();
