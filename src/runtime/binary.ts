import relaxedSource from "../../build/relaxed.patch";
import simdSource from "../../build/simd.wasm";
import type { WasmInstance, WasmModule } from "../host-types.js";
import { decodeHex } from "./hex.js";
import { applyPatch } from "./patch.js";
import { asShared } from "./shared.js";

export type Variant = "simd" | "relaxed";
export type Binary = Uint8Array<ArrayBuffer> | WasmModule;

/**
 * The number of the kernel contract, raised when a kernel's arguments change. A binary of another number is refused.
 */
export const ABI = 3;

/** What a binary says of itself: the number of its interface, and in the lowest bit whether it is the relaxed build. */
export function abiOf(instance: WasmInstance): number {
  const abi = instance.exports.abi;
  return typeof abi === "function" ? abi() : -1;
}

const sources: Record<Variant, string | Binary> = { simd: simdSource, relaxed: relaxedSource };

/** Whether there is a relaxed binary. Vercel has none: its builds run on Node 20, which compiles no relaxed SIMD. */
export const hasRelaxedBinary = relaxedSource !== "";

/** Whether a source is compiled already. It does not ask instanceof: realms differ. */
const isModule = (source: string | Binary): source is WasmModule =>
  typeof source !== "string" && !("byteLength" in source);

/** Whether this is an edge build: its host compiles no bytes at run time and has no workers. */
export const precompiled = isModule(simdSource);

/**
 * A page's main thread compiles in the background. Elsewhere it is done at once: V8 compiles functions on their first
 * call, so that to wake its compiler thread (2.4 ms on Node 20) takes five times as long as the work itself.
 */
export async function compileBytes(bytes: Uint8Array<ArrayBuffer>): Promise<WasmModule> {
  return "document" in globalThis ? WebAssembly.compile(bytes) : new WebAssembly.Module(bytes);
}

/** The error for a binary that is valid: where it cannot be compiled or instantiated, the host forbids it. */
export function forbidden(error: Error): never {
  throw new Error(
    `init: WebAssembly is refused here (${error.message.trim()}); under a Content-Security-Policy the page needs ` +
      "script-src 'wasm-unsafe-eval', other hosts a compiled module: init({ module })",
    { cause: error },
  );
}

/** The inlined bytes of a variant. The relaxed one is a patch of the other: 2 KB of gzip in place of 30 KB. */
function decode(variant: Variant): Uint8Array<ArrayBuffer> {
  const simd = decodeHex(simdSource as string);
  return variant === "simd" ? simd : applyPatch(simd, decodeHex(relaxedSource as string));
}

const missing = (variant: Variant, what: string) =>
  new Error(`init: ${variant}.wasm ${what} in this build; \`npm run build\` makes it anew`);

async function compileOwn(variant: Variant, shared: boolean): Promise<WasmModule> {
  const source = sources[variant];
  if (source === "") throw missing(variant, "is missing");
  const own = typeof source === "string" ? decode(variant) : (source as Uint8Array<ArrayBuffer>);
  return compileBytes(shared ? asShared(own) : own).catch((error: Error) => {
    if (!WebAssembly.validate(own)) throw missing(variant, "is damaged");
    return forbidden(error);
  });
}

const compiled = new Map<string, Promise<WasmModule>>();

/** Compiles a variant once per process, and decodes only that one. A Module (edge builds) is used as it is. */
export function compile(variant: Variant, shared: boolean): Promise<WasmModule> {
  const source = sources[variant];
  if (isModule(source)) return Promise.resolve(source);
  const key = `${variant}${shared ? "-threads" : ""}`;
  const module = compiled.get(key) ?? compileOwn(variant, shared);
  compiled.set(key, module);
  return module;
}
