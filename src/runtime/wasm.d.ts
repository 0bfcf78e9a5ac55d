/**
 * A `.wasm` import: its bytes in hexadecimal in the default build, a compiled module under the edge conditions, bytes where a bundler
 * under such a condition inlines them.
 */
declare module "*.wasm" {
  const source: string | Uint8Array<ArrayBuffer> | WebAssembly.Module;
  export default source;
}

/** What makes relaxed.wasm of simd.wasm, in hexadecimal; under the edge conditions relaxed.wasm itself. */
declare module "*.patch" {
  const source: string | Uint8Array<ArrayBuffer> | WebAssembly.Module;
  export default source;
}
