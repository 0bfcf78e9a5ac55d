import { cpus, loadavg } from "node:os";

export interface Machine {
  cpu: string;
  cores: number;
  node: string;
  v8: string;
  platform: string;
  date: string;
  /**
   * The number of processes that wanted a core in the last minute before the bench. It is near 0 on an idle machine.
   */
  load: number;
}

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? "unknown CPU",
  cores: cpus().length,
  node: process.version,
  v8: process.versions.v8,
  platform: `${process.platform} ${process.arch}`,
  date: new Date().toISOString().slice(0, 10),
  load: Number(loadavg()[0].toFixed(2)),
});

export const sentence = (m: Machine, variants: readonly string[]): string =>
  `${m.cpu}, ${m.cores} cores, ${m.platform}, Node ${m.node} (V8 ${m.v8}), ${variants.join(" and ")}, ` +
  `${m.date}, load ${m.load}.`;
