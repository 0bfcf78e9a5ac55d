// How a bundle gets the kernels: as text in its code, or as modules that an edge host compiles beforehand.
import { readFile } from "node:fs/promises";

/**
 * A module with the bytes in hexadecimal. Its lines are short, because Node prints the line that threw. A page loads it
 * compressed: 42 KB, and 51 KB with base64. gzip finds repeated bytes only if they start at the same place in a group
 * of characters.
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
