// How the page's engine holds the kernels: shorter than in hexadecimal, in the file and as it is sent.
import { readFile } from "node:fs/promises";

/** 256 characters that stand in a string as they are, those of one byte first. */
const CHARACTERS = Array.from({ length: 0x1a5 - 0x20 }, (_, i) => 0x20 + i)
  .filter((code) => code < 0x7f || code > 0xa0)
  .map((code) => String.fromCharCode(code))
  .filter((character) => !`"\\\xad`.includes(character))
  .slice(0, 256);

/**
 * A module whose export is a file's bytes in hexadecimal, as the library expects them. In the module each byte is one
 * character, the frequent ones of one byte: 36 KB are sent in place of 40.
 */
export async function denseModule(path) {
  const bytes = await readFile(path);
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a]);
  const places = order.map((_, byte) => order.indexOf(byte));
  const text = Array.from(bytes, (byte) => CHARACTERS[places[byte]]).join("");
  return `const hex = new Map(Array.from(${JSON.stringify(CHARACTERS.join(""))}, (character, i) =>
  [character, ${JSON.stringify(order)}[i].toString(16).padStart(2, "0")]));
export default Array.from(${JSON.stringify(text)}, (character) => hex.get(character)).join("");`;
}
