/// <reference lib="esnext.disposable" preserve="true" />
// Types of the host. They come from the `lib` setting of whoever compiles with this package. Without DOM the types are
// missing. Then these stand in for what is needed of them.

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
