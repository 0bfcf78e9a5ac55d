/**
 * A `.wasm` import: its bytes in base64 in the default build, a compiled module under the edge conditions, bytes where a bundler
 * under such a condition inlines them.
 */
declare module "*.wasm" {
  const source: string | Uint8Array<ArrayBuffer> | WebAssembly.Module;
  export default source;
}
