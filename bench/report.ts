import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Drawing, LOG } from "../src/cli/report/chart.js";
import { lineChart } from "../src/cli/report/lines.js";
import { chart } from "../src/cli/report/page.js";
import { STYLE } from "../src/cli/report/style.js";
import { hardwareThreads } from "../src/runtime/features.js";
import { type Machine, sentence } from "./machine.js";
import {
  type Curve,
  measureSweep,
  runtimes,
  type Sweep,
  sweeps,
  threadSweeps,
  timesOf,
} from "./sweeps.js";

const MOST_THREADS = 8;
const count = (threads: number) => `${threads} thread${threads === 1 ? "" : "s"}`;

/**
 * A chart with two logarithmic axes. Work in proportion to the length is a line of slope one, drawn through the last
 * point of one thread.
 */
function growth({ axis: name, values }: Sweep, curves: readonly Curve[]): Drawing {
  const [single] = curves;
  const last = values.length - 1;
  const own = curves.map(({ threads, ms }) => ({
    name: count(threads),
    symbols: true,
    points: ms.map((time, k) => [values[k], time] as const),
  }));
  const proportional = values.map(
    (value) => [value, (single.ms[last] * value) / values[last]] as const,
  );
  const ideal = { name: "in proportion", dashed: true, points: proportional };
  return lineChart([...own, ideal], { x: name, y: "milliseconds", xAxis: LOG, yAxis: LOG });
}

/** A chart of how many times faster each number of threads is than one thread. */
function speedUps(threads: readonly number[], times: readonly number[][]): Drawing {
  const own = threadSweeps.map(({ workload }, i) => ({
    name: workload,
    symbols: true,
    points: times[i].map((ms, k) => [threads[k], times[i][0] / ms] as const),
  }));
  const axes = { x: "threads", y: "times faster", xAxis: { whole: true }, yAxis: { min: 0 } };
  return lineChart(own, axes);
}

const figure = (title: string, draw: Drawing) =>
  `<section><h2>${title}</h2>\n${chart(title, draw)}\n</section>`;

/**
 * Measures how time grows with batch, rows, channels and threads. Writes `index.html` and `results.json` into `folder`.
 */
export async function report(folder: string, about: Machine, budget: number): Promise<void> {
  const engines = await runtimes(Math.min(MOST_THREADS, hardwareThreads()));
  const threads = engines.map((runtime) => runtime.threads);
  const few = engines.slice(0, 2);
  const measured = sweeps.map((sweep) => {
    process.stderr.write(`${sweep.workload} against ${sweep.axis}\n`);
    return { sweep, curves: measureSweep(sweep, few, budget) };
  });
  const times = threadSweeps.map(({ workload, shape }) =>
    timesOf(workload, shape, engines, 4 * budget),
  );
  const { variant } = engines[0];
  for (const runtime of engines) runtime.close();

  const figures = measured.map(({ sweep, curves }) =>
    figure(`${sweep.workload}: ${sweep.axis} (${sweep.fixed})`, growth(sweep, curves)),
  );
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>evenkeel: time against size</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Time against size</h1>
<p>${sentence(about, [variant])} Medians. Both axes are logarithmic; the dashed line is what time in
proportion to the length would be. Where a curve is flatter at its left end, the call itself is what takes the time;
where it is steeper for a while, the data leaves a cache.</p>
${figures.join("\n")}
${figure("Threads", speedUps(threads, times))}
</main>
</body>
</html>
`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "index.html"), html);
  const json = {
    machine: about,
    variant,
    sweeps: measured.map(({ sweep, curves }) => ({ ...sweep, curves })),
    threads: threadSweeps.map((sweep, i) => ({ ...sweep, threads, ms: times[i] })),
  };
  writeFileSync(join(folder, "results.json"), `${JSON.stringify(json, null, 2)}\n`);
}
