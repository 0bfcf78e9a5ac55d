// How a bundle gets the kernels: as text in its code, or as modules that an edge host compiles beforehand.
import { readFile } from "node:fs/promises";

/**
 * A module with the bytes in hexadecimal. A page loads it compressed: 42 KB, and 51 KB with base64. gzip finds repeated
 * bytes only if they start at the same place in a group of characters. The text is a plain string, which esbuild breaks
 * into lines by `lineLimit`. With a template of several lines, V8 took 4 ms longer to compile the library (20 ms).
 */
export async function hexModule(path) {
  return `export default "${await readFile(path, "hex")}";`;
}

export const inlined = {
  name: "binaries-inlined",
  setup({ onLoad }) {
    onLoad({ filter: /\.(wasm|patch)$/ }, async ({ path }) => ({
      contents: await hexModule(path),
    }));
  },
};
