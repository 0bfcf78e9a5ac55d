import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { axis, drawSvg, legend, type Option } from "../src/cli/report/chart.js";
import { STYLE } from "../src/cli/report/style.js";
import { hardwareThreads } from "../src/runtime/features.js";
import { COLOURS, INK } from "../src/show/palette.js";
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
const line = { type: "line", symbolSize: 6 };
const grid = { left: 64, right: 20, top: 40, bottom: 52 };
const count = (threads: number) => `${threads} thread${threads === 1 ? "" : "s"}`;

/**
 * A chart with two logarithmic axes. Work in proportion to the length is a line of slope one, drawn through the last
 * point of one thread.
 */
function growth({ axis: name, values }: Sweep, curves: readonly Curve[]): Option {
  const [single] = curves;
  const last = values.length - 1;
  const proportional = values.map((value) => [value, (single.ms[last] * value) / values[last]]);
  const own = curves.map(({ threads, ms }, i) => ({
    ...line,
    name: count(threads),
    data: ms.map((time, k) => [values[k], time]),
    itemStyle: { color: COLOURS[i % COLOURS.length] },
  }));
  const ideal = {
    ...line,
    name: "in proportion",
    data: proportional,
    symbol: "none",
    itemStyle: { color: INK },
    lineStyle: { color: INK, type: "dashed", width: 1 },
  };
  return {
    legend: legend([...own, ideal].map((series) => series.name)),
    grid,
    xAxis: axis(name, 30, { type: "log", logBase: 2, min: values[0], max: values[last] }),
    yAxis: axis("milliseconds", 46, { type: "log" }),
    series: [...own, ideal],
  };
}

/** A chart of how many times faster each number of threads is than one thread. */
function speedUps(threads: readonly number[], times: readonly number[][]): Option {
  const own = threadSweeps.map(({ workload }, i) => ({
    ...line,
    name: workload,
    data: times[i].map((ms, k) => [threads[k], Number((times[i][0] / ms).toFixed(2))]),
    itemStyle: { color: COLOURS[i % COLOURS.length] },
  }));
  return {
    legend: legend(own.map(({ name }) => name)),
    grid: { ...grid, top: 72 },
    xAxis: axis("threads", 30, { type: "value", min: 1, max: threads.at(-1), minInterval: 1 }),
    yAxis: axis("times faster", 46, { type: "value", min: 0 }),
    series: own,
  };
}

const figure = (title: string, option: Option) => `<section><h2>${title}</h2>
<div class="wide" role="img" aria-label="${title}">${drawSvg(option, 860, 380)}</div>
<div class="narrow" role="img" aria-label="${title}">${drawSvg(option, 380, 320)}</div>
</section>`;

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
