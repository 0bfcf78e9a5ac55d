import type { Runtime } from "../src/runtime/runtime.js";
import { Tensor, tidy } from "../src/tensor.js";
import type { Step } from "./workload.js";

/**
 * Where a part of a step's time goes: how often a kernel or method is called, and for how many milliseconds in total.
 */
export interface Share {
  name: string;
  calls: number;
  ms: number;
}

const WARM_UP_MS = 200;

/** The work of the host between the kernels, by the methods of the runtime. */
const hostMethods = ["allocate", "release"] as const;

/**
 * Calls `note(name, ms)` after each launch, and after each call of a host method outside of launches. The returned
 * function stops this.
 */
function watch(runtime: Runtime, note: (name: string, ms: number) => void): () => void {
  let inside = false;
  const timed = (nameOf: (args: unknown[]) => string, method: (...args: never[]) => unknown) => {
    return (...args: unknown[]) => {
      if (inside) return method(...(args as never[]));
      inside = true;
      const start = performance.now();
      try {
        return method(...(args as never[]));
      } finally {
        note(nameOf(args), performance.now() - start);
        inside = false;
      }
    };
  };
  const methods: Record<string, unknown> = {
    run: timed(([name]) => `${name}`, runtime.run.bind(runtime)),
  };
  for (const name of hostMethods)
    methods[name] = timed(() => `host: ${name}`, runtime[name].bind(runtime));
  Object.assign(runtime, methods);
  return () => {
    for (const name of Object.keys(methods)) Reflect.deleteProperty(runtime, name);
  };
}

/** The parts of a step's time, the largest first. They are means over as many steps as fill `budget` milliseconds. */
export function profile(runtime: Runtime, step: Step, budget: number): Share[] {
  const shares = new Map<string, Share>();
  const note = (name: string, ms: number) => {
    const share = shares.get(name) ?? { name, calls: 0, ms: 0 };
    shares.set(name, { name, calls: share.calls + 1, ms: share.ms + ms });
  };
  let steps = 0;
  let total = 0;
  const once = (watched: boolean) =>
    tidy(() => {
      step.before?.();
      const stop = watched ? watch(runtime, note) : null;
      const start = performance.now();
      const outputs = step.run();
      total += performance.now() - start;
      stop?.();
      for (const output of outputs) if (output instanceof Tensor) output.dispose();
    });
  for (const end = performance.now() + WARM_UP_MS; performance.now() < end; ) once(false);
  total = 0;
  const end = performance.now() + budget;
  do {
    once(true);
    steps++;
  } while (performance.now() < end);
  const known = [...shares.values()].reduce((sum, { ms }) => sum + ms, 0);
  return [...shares.values(), { name: "host: the rest", calls: steps, ms: total - known }]
    .map(({ name, calls, ms }) => ({ name, calls: calls / steps, ms: ms / steps }))
    .sort((a, b) => b.ms - a.ms);
}

/** One line for each part, and one for the total. */
export function profileText(shares: readonly Share[]): string {
  const total = shares.reduce((sum, { ms }) => sum + ms, 0);
  const line = ({ name, calls, ms }: Share, count = calls.toFixed(0)) => [
    name,
    count,
    ms.toFixed(3),
    calls > 0 ? ((1000 * ms) / calls).toFixed(1) : "",
    `${((100 * ms) / total).toFixed(1)} %`,
  ];
  const rows = [
    ["kernel", "calls", "ms", "µs a call", "of all"],
    ...shares.map((share) => line(share)),
    line({ name: "all", calls: 0, ms: total }, ""),
  ];
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows
    .map((row) =>
      row
        .map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
        .join("  "),
    )
    .map((text) => text.trimEnd())
    .join("\n");
}
