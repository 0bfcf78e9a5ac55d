import { readFile } from "node:fs/promises";
import { reasonOf } from "./files.js";

/**
 * Reads a text in UTF-8, without its byte-order mark. Throws Error, naming `option` and the file, for another encoding.
 */
export async function readText(option: string, file: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new Error(`cannot read the text ${file}: ${reasonOf(cause)}`, { cause });
  }
  const other = otherEncoding(bytes);
  if (other !== null) throw new Error(`${option} ${file}: not UTF-8 (${other}): save it as UTF-8`);
  return new TextDecoder().decode(bytes);
}

const MARKS: readonly [name: string, ...bytes: number[]][] = [
  ["UTF-32 LE", 0xff, 0xfe, 0, 0],
  ["UTF-32 BE", 0, 0, 0xfe, 0xff],
  ["UTF-16 LE", 0xff, 0xfe],
  ["UTF-16 BE", 0xfe, 0xff],
];

/** The probable encoding of bytes that are not UTF-8; null for UTF-8. */
function otherEncoding(bytes: Uint8Array): string | null {
  const marked = MARKS.find(([, ...mark]) => mark.every((byte, i) => bytes[i] === byte));
  if (marked) return `it looks like ${marked[0]}`;
  // a text of wide characters may be valid UTF-8 with zeros, but no real text has zeros
  const zero = bytes.indexOf(0);
  if (zero >= 0) return wide(bytes) ?? `byte ${zero} is 0: it looks like no text`;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return null;
  } catch {
    return narrow(bytes);
  }
}

/** Decides by the places of the zeros: they are the high bytes of letters, digits and spaces. */
function wide(bytes: Uint8Array): string | null {
  const zeros = [0, 0, 0, 0];
  bytes.forEach((byte, i) => {
    if (byte === 0) zeros[i % 4]++;
  });
  const [even, odd] = [zeros[0] + zeros[2], zeros[1] + zeros[3]];
  if (64 * (even + odd) < bytes.length) return null;
  const most = zeros.map((count) => 16 * count > bytes.length);
  if (most.filter(Boolean).length === 3) return `it looks like UTF-32 ${most[0] ? "BE" : "LE"}`;
  if (odd > 9 * even) return "it looks like UTF-16 LE";
  return even > 9 * odd ? "it looks like UTF-16 BE" : null;
}

/**
 * Decides for encodings of one byte a character: there a letter outside ASCII usually stands alone among ASCII letters.
 * In other encodings such bytes come in pairs.
 */
function narrow(bytes: Uint8Array): string {
  const high = (i: number) => bytes[i] >= 0x80;
  let [alone, all] = [0, 0];
  bytes.forEach((_, i) => {
    if (!high(i)) return;
    all++;
    if (!high(i - 1) && !high(i + 1)) alone++;
  });
  if (alone > all / 2) return "it looks like Latin-1 or Windows-1252";
  const at = firstWrong(bytes);
  return at < bytes.length ? `byte ${at} is none of its` : "it ends within a character";
}

/** The length of the longest beginning that is valid UTF-8, found by bisection. */
function firstWrong(bytes: Uint8Array): number {
  let [low, high] = [0, bytes.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true });
      decoder.decode(bytes.subarray(0, middle), { stream: true }); // the last character may be incomplete
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  return low;
}
