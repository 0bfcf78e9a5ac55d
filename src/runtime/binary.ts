import relaxedSource from "../../build/relaxed.wasm";
import simdSource from "../../build/simd.wasm";

export type Variant = "simd" | "relaxed";
export type Binary = Uint8Array<ArrayBuffer> | WebAssembly.Module;

/** Raised when a kernel's arguments change: a binary of another number is refused. */
export const ABI = 1;

export const binaries: Record<Variant, Binary> = { simd: simdSource, relaxed: relaxedSource };

/**
 * The same module for shared memory. Kernels use no atomics, so the two builds differ in one byte, the limits flag of the
 * imported memory (01 → 03): shipping one of them halves the package. A test compares with asc's own shared build.
 */
export function asShared(source: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const key = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2]; // "env" "memory" memory
  const at =
    source.findIndex((_, i) => key.every((byte, j) => source[i + j] === byte)) + key.length;
  if (at < key.length || source[at] !== 1) throw new Error("internal: no bounded memory import");
  const copy = source.slice();
  copy[at] = 3;
  return copy;
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** Compiles a variant once per process. A Module (edge builds) is used as it is. */
export function compile(variant: Variant, shared: boolean): Promise<WebAssembly.Module> {
  const source = binaries[variant];
  if (!("byteLength" in source)) return Promise.resolve(source); // not instanceof: realms differ
  const key = `${variant}${shared ? "-threads" : ""}`;
  let module = compiled.get(key);
  if (!module) {
    module = WebAssembly.compile(shared ? asShared(source) : source);
    compiled.set(key, module);
  }
  return module;
}
