// What Node, Deno and Bun run, in a folder where the packed package is installed: process.mjs <threads>
// It prints the report and does nothing to end the process: that must happen by itself.
const since = performance.now();
const { check } = await import("./program.js");
const threads = Number(process.argv[2]);
const report = await check({ threads, since });

// a runtime nobody closes must not keep the process alive either
const { init, layerNorm, ones } = await import("evenkeel");
await init({ threads });
if (layerNorm(ones([1000, 512]), [512]).data[0] !== 0) report.failures.push("init after close()");
console.log(JSON.stringify(report));
