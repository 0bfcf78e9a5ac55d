/** A `.wasm` import: its bytes in the default build, a compiled module under the edge conditions. */
declare module "*.wasm" {
  const source: Uint8Array<ArrayBuffer> | WebAssembly.Module;
  export default source;
}
