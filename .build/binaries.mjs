// How a bundle gets the kernels: as text in its code, or as modules that an edge host compiles beforehand.
import { readFile } from "node:fs/promises";

/**
 * A module with the bytes in hexadecimal, in lines that a terminal can bear: Node prints the line that threw. Compressed, as a page
 * loads it, this is 42 KB where base64 is 51: gzip finds what recurs only where it starts at the same place in a group of characters.
 */
export async function hexModule(path) {
  const lines = (await readFile(path, "hex")).replaceAll(/.{196}/g, "$&\n");
  return `export default \`${lines}\`;`;
}

export const inlined = {
  name: "binaries-inlined",
  setup({ onLoad }) {
    onLoad({ filter: /\.(wasm|patch)$/ }, async ({ path }) => ({
      contents: await hexModule(path),
    }));
  },
};
