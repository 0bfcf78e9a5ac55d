// Does the job named in the address, here or in a Web Worker, and posts the report.
import { work } from "./work.js";

function inWorker(job) {
  const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  worker.postMessage(job);
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => resolve({ failures: [`worker: ${event.message}`], said: [] });
  });
}

const job = JSON.parse(new URLSearchParams(location.search).get("job"));
const report = await (job.worker ? inWorker(job) : work(job));
await fetch(job.report, { method: "POST", body: JSON.stringify(report) });
