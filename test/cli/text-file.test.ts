import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readText } from "../../src/cli/text-file.js";

let file: string;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-"));
  file = join(folder, "notes.txt");
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (bytes: Uint8Array) => {
  await writeFile(file, bytes);
  return readText("--text", file);
};

const text = "Logbuch, 3. Mai: Wind aus Süd, später Böen. Kurs gehalten.\n";
const units = (width: 2 | 4, little: boolean, of = text, mark = true) => {
  const points = [...(mark ? "\ufeff" : ""), ...of].map((c) => c.codePointAt(0) as number);
  const bytes = new Uint8Array(width * points.length);
  const view = new DataView(bytes.buffer);
  points.forEach((point, i) => {
    if (width === 2) view.setUint16(2 * i, point, little);
    else view.setUint32(4 * i, point, little);
  });
  return bytes;
};
const latin1 = Uint8Array.from(text, (c) => c.charCodeAt(0));
const gbk = Uint8Array.of(0xba, 0xbd, 0xba, 0xa3, 0xc8, 0xd5, 0xd6, 0xbe, 0x0a);

describe("readText", () => {
  test("UTF-8, with a byte-order mark or without", async () => {
    const utf8 = new TextEncoder().encode(`${text}航海日志 ⚓🛟`);
    expect(await read(utf8)).toBe(`${text}航海日志 ⚓🛟`);
    expect(await read(Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8))).toBe(`${text}航海日志 ⚓🛟`);
    expect(await read(new Uint8Array())).toBe("");
  });

  test.each<[string, Uint8Array, string]>([
    ["UTF-16 LE", units(2, true), "it looks like UTF-16 LE"],
    ["UTF-16 BE", units(2, false), "it looks like UTF-16 BE"],
    ["UTF-32 LE", units(4, true), "it looks like UTF-32 LE"],
    ["UTF-32 BE", units(4, false), "it looks like UTF-32 BE"],
    ["UTF-16 LE without a mark", units(2, true, "wind", false), "it looks like UTF-16 LE"],
    ["UTF-16 BE without a mark", units(2, false, text, false), "it looks like UTF-16 BE"],
    ["UTF-32 LE without a mark", units(4, true, text, false), "it looks like UTF-32 LE"],
    ["UTF-32 BE without a mark", units(4, false, text, false), "it looks like UTF-32 BE"],
    ["Chinese in UTF-16", units(2, true, "航海日志 航海日志\n", false), "it looks like UTF-16 LE"],
    ["Latin-1", latin1, "it looks like Latin-1 or Windows-1252"],
    ["Chinese in GBK", gbk, "byte 0 is none of its"],
    [
      "UTF-8 cut off",
      new TextEncoder().encode("航海").subarray(0, 5),
      "it ends within a character",
    ],
    ["no text", Uint8Array.of(0, 0, 65, 66, 0, 67), "byte 0 is 0: it looks like no text"],
  ])("%s is refused by name", async (_, bytes, problem) => {
    await expect(read(bytes)).rejects.toThrow(
      `--text ${file}: not UTF-8 (${problem}): save it as UTF-8`,
    );
  });

  test("a file that is not there is named", async () => {
    await expect(readText("--text", join(folder, "none.txt"))).rejects.toThrow(
      /cannot read the text .*none\.txt: no such file or directory$/,
    );
  });
});
