import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { IMAGE_BYTES, parseCifar10, RECORD_BYTES } from "../../src/data/cifar10.js";
import { readCifar10 } from "../../src/data/read-cifar10.js";

/** `count` records whose labels count up from `first` modulo 10, and whose pixels depend on record and place. */
function records(count: number, first = 0): Uint8Array {
  const bytes = new Uint8Array(count * RECORD_BYTES);
  for (let i = 0; i < bytes.length; i++) {
    const record = Math.floor(i / RECORD_BYTES);
    const at = i % RECORD_BYTES;
    bytes[i] = at === 0 ? (first + record) % 10 : (7 * (first + record) + at) % 251;
  }
  return bytes;
}

describe("parseCifar10", () => {
  test("takes records apart: label, then the red, green and blue planes", () => {
    const bytes = records(3, 4);
    const { images, labels } = parseCifar10(bytes, "x.bin");
    expect([...labels]).toEqual([4, 5, 6]);
    expect(images.length).toBe(3 * IMAGE_BYTES);
    for (let i = 0; i < 3; i++) {
      const start = i * RECORD_BYTES + 1;
      expect(images.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES)).toEqual(
        bytes.subarray(start, start + IMAGE_BYTES),
      );
    }
  });

  test("copies: changing the file's bytes later changes nothing", () => {
    const bytes = records(1);
    const { images } = parseCifar10(bytes);
    bytes.fill(255);
    expect(images[0]).toBe(1);
  });

  test("names file, record and offset of what is wrong", () => {
    const bad = records(20);
    bad[17 * RECORD_BYTES] = 11;
    expect(() => parseCifar10(bad, "data_batch_2.bin")).toThrow(
      new RangeError("data_batch_2.bin: record 17 at offset 52241: label 11, expected 0 to 9"),
    );
    // One byte short, one byte more, less than a record, nothing at all.
    const whole = records(2);
    const cases = [
      [whole.subarray(0, -1), "record 1 at offset 3073: expected 3073 bytes, got 3072"],
      [new Uint8Array([...whole, 0]), "record 2 at offset 6146: expected 3073 bytes, got 1"],
      [whole.subarray(0, 100), "record 0 at offset 0: expected 3073 bytes, got 100"],
      [whole.subarray(0, 0), "record 0 at offset 0: expected 3073 bytes, got an empty file"],
    ] as const;
    for (const [bytes, message] of cases) {
      expect(() => parseCifar10(bytes, "x.bin")).toThrow(RangeError);
      expect(() => parseCifar10(bytes, "x.bin")).toThrow(`x.bin: ${message}`);
    }
  });
});

describe("readCifar10", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "evenkeel-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  /** Five batches of three records, numbered through, and a test batch of two. */
  async function writeAll(to = dir): Promise<void> {
    for (let k = 0; k < 5; k++) {
      await writeFile(join(to, `data_batch_${k + 1}.bin`), records(3, 3 * k));
    }
    await writeFile(join(to, "test_batch.bin"), records(2, 8));
  }

  test("reads the batches one after the other", async () => {
    await writeAll();
    expect(await readCifar10(dir, { split: "train" })).toEqual(parseCifar10(records(15)));
    expect(await readCifar10(dir, { split: "test" })).toEqual(parseCifar10(records(2, 8)));
  });

  test("finds the archive's directory", async () => {
    await mkdir(join(dir, "cifar-10-batches-bin"));
    await writeAll(join(dir, "cifar-10-batches-bin"));
    expect((await readCifar10(dir, { split: "test" })).labels).toEqual(Uint8Array.of(8, 9));
  });

  test.each([1, 2, 3, 4, 7, 15, 16])("limit %i gives the first images", async (limit) => {
    await writeAll();
    expect(await readCifar10(dir, { split: "train", limit })).toEqual(
      parseCifar10(records(Math.min(limit, 15))),
    );
  });

  test("with a limit, opens no file and reads no record beyond it", async () => {
    const bad = records(3);
    bad[2 * RECORD_BYTES] = 99;
    await writeFile(join(dir, "data_batch_1.bin"), bad);
    expect((await readCifar10(dir, { split: "train", limit: 2 })).labels.length).toBe(2);
    await expect(readCifar10(dir, { split: "train", limit: 3 })).rejects.toThrow(
      "data_batch_1.bin: record 2 at offset 6146: label 99, expected 0 to 9",
    );
  });

  test("checks the size of a file even beyond the limit", async () => {
    await writeFile(join(dir, "test_batch.bin"), records(3).subarray(0, -5));
    await expect(readCifar10(dir, { split: "test", limit: 1 })).rejects.toThrow(
      "test_batch.bin: record 2 at offset 6146: expected 3073 bytes, got 3068",
    );
  });

  test("says which file is missing, is a directory, or which directory cannot be read", async () => {
    await writeAll();
    await rm(join(dir, "data_batch_3.bin"));
    await expect(readCifar10(dir, { split: "train" })).rejects.toThrow(
      `data_batch_3.bin: cannot be read from ${dir}: no such file or directory`,
    );
    await mkdir(join(dir, "data_batch_3.bin"));
    await expect(readCifar10(dir, { split: "train" })).rejects.toThrow(
      `data_batch_3.bin: cannot be read from ${dir}: not a regular file`,
    );
    await expect(readCifar10(join(dir, "nowhere"), { split: "train" })).rejects.toThrow(
      `readCifar10: cannot read the directory ${join(dir, "nowhere")}: no such file or directory`,
    );
    await expect(readCifar10(join(dir, "test_batch.bin"), { split: "test" })).rejects.toThrow(
      "not a directory",
    );
  });

  // Simulated: the superuser, who may run this, is refused nothing.
  test("says when permission is missing", async () => {
    await writeAll();
    const fs = process.getBuiltinModule("node:fs/promises");
    const denied = Object.assign(new Error("EACCES: …"), { code: "EACCES" });
    vi.spyOn(fs, "open").mockRejectedValueOnce(denied);
    await expect(readCifar10(dir, { split: "test" })).rejects.toThrow(
      `test_batch.bin: cannot be read from ${dir}: permission denied`,
    );
    vi.spyOn(fs, "readdir").mockRejectedValueOnce(denied);
    await expect(readCifar10(dir, { split: "test" })).rejects.toThrow(
      `readCifar10: cannot read the directory ${dir}: permission denied`,
    );
    vi.restoreAllMocks();
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses limit %d", async (limit) => {
    await expect(readCifar10(dir, { split: "train", limit })).rejects.toThrow(
      `readCifar10: expected limit to be a positive integer, got ${limit}`,
    );
  });

  test("refuses an unknown split", async () => {
    await expect(readCifar10(dir, { split: "valid" as "test" })).rejects.toThrow(
      'expected split "train" or "test", got valid',
    );
  });

  test("says what it needs where there is no file system", async () => {
    vi.stubGlobal("process", undefined);
    try {
      await expect(readCifar10(dir, { split: "test" })).rejects.toThrow(
        "readCifar10: needs Node 20.16 or newer, Deno or Bun",
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
