// One job: the program, or one way to start badly. The report says what the library wrote to the console.
const said = [];
for (const level of ["log", "info", "warn", "error"]) {
  const own = console[level].bind(console);
  console[level] = (...words) => {
    said.push(words.join(" "));
    own(...words);
  };
}

/** The whole program, with the options of the job. */
async function program({ threads, workerUrl, module }) {
  const since = performance.now();
  const { check } = await import("../../program.js");
  const options = { threads, since };
  if (workerUrl) options.workerUrl = workerUrl;
  if (module) {
    const address = new URL(`../../../package/dist/${module}`, import.meta.url);
    options.module = await WebAssembly.compileStreaming(fetch(address));
  }
  return check(options);
}

/** `init({ module })` with what a failed download gives: refused with a sentence, and `init()` works after it. */
async function badModule({ threads }) {
  const { init, tidy, tensor, layerNorm } = await import("../../../package/dist/index.js");
  const failures = [];
  const response = await fetch("no-such-file.wasm");
  const module = new Uint8Array(await response.arrayBuffer());
  let refusal = "";
  await init({ module }).catch((error) => {
    refusal = error.message;
  });
  if (!/^init: .*module/.test(refusal)) failures.push(`a module that is HTML: "${refusal}"`);
  const runtime = await init({ threads });
  const [row] = tidy(() => layerNorm(tensor([1, 3], [1, 2]), [2]).toArray());
  if (Math.abs(row[1] - 0.999995) > 1e-6) failures.push(`then layerNorm([1, 3]) is ${row}`);
  const report = { threads: runtime.threads, variant: runtime.variant, refusal, failures };
  runtime.close();
  return report;
}

/** A page whose CSP forbids WebAssembly: `init` says so. */
async function noWasm() {
  const { init } = await import("../../../package/dist/index.js");
  let refusal = "";
  await init().catch((error) => {
    refusal = error.message;
  });
  const clear = /^init: .*wasm-unsafe-eval/.test(refusal);
  return { refusal, failures: clear ? [] : [`without wasm-unsafe-eval: "${refusal}"`] };
}

const jobs = { program, badModule, noWasm };

export async function work(job) {
  const isolated = globalThis.crossOriginIsolated;
  try {
    return { isolated, ...(await jobs[job.what ?? "program"](job)), said };
  } catch (error) {
    return { isolated, failures: [`${error.name}: ${error.message}\n${error.stack}`], said };
  }
}
