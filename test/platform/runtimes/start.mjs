import { spawn } from "node:child_process";

/**
 * Runs a command to its end and gives { code, stdout, stderr, lingered }: `lingered` is the time from its last output
 * to its end in ms. A process that has not ended after `limit` ms is killed, its code is then null.
 */
export function run(command, args, { limit = 60_000, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    const output = { stdout: "", stderr: "" };
    let last = performance.now();
    for (const stream of ["stdout", "stderr"]) {
      child[stream].on("data", (data) => {
        output[stream] += data;
        last = performance.now();
      });
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), limit);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, ...output, lingered: performance.now() - last });
    });
  });
}
