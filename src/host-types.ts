/// <reference lib="esnext.disposable" preserve="true" />
// Types of the host, as the `lib` of whoever compiles with this package has them. Without DOM it has none: then what is needed of them.

type Host = typeof globalThis;
type Of<Namespace, Name extends string, Else> = Namespace extends {
  [K in Name]: { prototype: infer Type };
}
  ? Type
  : Else;
type Wasm = Host extends { WebAssembly: infer Namespace } ? Namespace : object;

export type WasmModule = Of<Wasm, "Module", object>;
export type WasmInstance = Of<Wasm, "Instance", object>;
export type WasmMemory = Of<Wasm, "Memory", { readonly buffer: ArrayBuffer }>;
export type HostURL = Of<Host, "URL", { readonly href: string }>;
export type HostAbortSignal = Of<Host, "AbortSignal", { readonly aborted: boolean }>;
