// What this engine can run, found by validating tiny modules. Validation is allowed even where compiling is not
// (workerd).

const bytes = (hex: string) =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const header = "0061736d01000000" + "010501600001" + "7b" + "03020100";

// (func (result v128) (i8x16.splat (i32.const 0)))
const simdProbe = `${header}0a08010600${"4100fd0f"}0b`;
// (func (result v128) (f32x4.relaxed_madd x x x)), x = (i8x16.splat (i32.const 0))
const relaxedProbe = `${header}0a13011100${"4100fd0f".repeat(3)}fd85020b`;

const validates = (probe: string): boolean =>
  typeof WebAssembly !== "undefined" && WebAssembly.validate(bytes(probe));
export const hasSimd = (): boolean => validates(simdProbe);
export const hasRelaxedSimd = (): boolean => validates(relaxedProbe);

/** Node's built-in modules without a static import, so that bundles for browsers and edges never see `node:`. */
export function nodeBuiltin<T>(name: string): T | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } })
    .process;
  return host?.getBuiltinModule?.(name) as T | undefined;
}

/** Whether there are shared memory and workers: in Node, Deno, Bun, and in browsers under cross-origin isolation. */
export function hasThreads(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false) return false;
  return typeof Worker !== "undefined" || nodeBuiltin("node:worker_threads") !== undefined;
}

/** How many threads `threads: "auto"` means. */
export function hardwareThreads(): number {
  const os = nodeBuiltin<{ availableParallelism(): number }>("node:os");
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
