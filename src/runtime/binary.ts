import relaxedSource from "../../build/relaxed.patch";
import simdSource from "../../build/simd.wasm";
import { decodeBase64 } from "./base64.js";
import { applyPatch } from "./patch.js";

export type Variant = "simd" | "relaxed";
export type Binary = Uint8Array<ArrayBuffer> | WebAssembly.Module;

/** Raised when a kernel's arguments change: a binary of another number is refused. */
export const ABI = 1;

const sources: Record<Variant, string | Binary> = { simd: simdSource, relaxed: relaxedSource };

/** Whether a source is compiled already. Not instanceof: realms differ. */
const isModule = (source: string | Binary): source is WebAssembly.Module =>
  typeof source !== "string" && !("byteLength" in source);

/** Whether this is an edge build: its host compiles no bytes at run time and has no workers. */
export const precompiled = isModule(simdSource);

/**
 * The same module for shared memory. Kernels use no atomics, so the two builds differ in one byte, the limits flag of the
 * imported memory (01 → 03): shipping one of them halves the package. A test compares with asc's own shared build.
 */
export function asShared(source: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const key = [3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2]; // "env" "memory" memory
  const at =
    source.findIndex((_, i) => key.every((byte, j) => source[i + j] === byte)) + key.length;
  if (at < key.length || source[at] !== 1) throw new Error("internal: no bounded memory import");
  const copy = new Uint8Array(source); // not slice(): a Buffer's is a view
  copy[at] = 3;
  return copy;
}

/**
 * A page's main thread compiles in the background. Elsewhere it is done in place: V8 compiles functions on their first call, so
 * that waking its compiler thread (2.4 ms on Node 20) is five times the work itself.
 */
export async function compileBytes(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  return "document" in globalThis ? WebAssembly.compile(bytes) : new WebAssembly.Module(bytes);
}

/** For our own binary, which is valid: where it cannot be compiled or instantiated, the host forbids it. */
export function forbidden(error: Error): never {
  throw new Error(
    `init: WebAssembly is refused here (${error.message.trim()}); under a Content-Security-Policy the page needs ` +
      "script-src 'wasm-unsafe-eval', other hosts a compiled module: init({ module })",
    { cause: error },
  );
}

/** The inlined bytes of a variant. The relaxed one is a patch of the other: 2 KB gzip in place of 30. */
function decode(variant: Variant): Uint8Array<ArrayBuffer> {
  const simd = decodeBase64(simdSource as string);
  return variant === "simd" ? simd : applyPatch(simd, decodeBase64(relaxedSource as string));
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** Compiles a variant once per process, decoding only that one. A Module (edge builds) is used as it is. */
export function compile(variant: Variant, shared: boolean): Promise<WebAssembly.Module> {
  const source = sources[variant];
  if (isModule(source)) return Promise.resolve(source);
  const key = `${variant}${shared ? "-threads" : ""}`;
  let module = compiled.get(key);
  if (!module) {
    const bytes = typeof source === "string" ? decode(variant) : source;
    module = compileBytes(shared ? asShared(bytes) : bytes);
    compiled.set(key, module);
  }
  return module;
}
