/**
 * A `.wasm` import. In the default build it is its bytes in hexadecimal. Under the edge conditions it is a compiled
 * module, or bytes where a bundler under such a condition inlines them.
 */
declare module "*.wasm" {
  const source: string | Uint8Array<ArrayBuffer> | WebAssembly.Module;
  export default source;
}

/** What makes relaxed.wasm of simd.wasm, in hexadecimal. Under the edge conditions it is relaxed.wasm itself. */
declare module "*.patch" {
  const source: string | Uint8Array<ArrayBuffer> | WebAssembly.Module;
  export default source;
}
