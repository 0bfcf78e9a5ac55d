import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import type { Json } from "../experiments/compare.js";

/** The facts that timings depend on. */
export function describeMachine(): Record<string, Json> {
  return {
    cpu: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    platform: `${platform()} ${arch()}`,
    engine: process.versions.bun ? `Bun ${process.versions.bun}` : `Node ${process.version}`,
  };
}
