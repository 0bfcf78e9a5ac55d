import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { RECORD_BYTES } from "../../src/data/cifar10.js";
import { downloadCifar10 } from "../../src/data/download.js";
import { readCifar10 } from "../../src/data/read-cifar10.js";
import { readTar } from "../../src/data/tar.js";
import { tar } from "./tar-file.js";

const names = [1, 2, 3, 4, 5].map((k) => `data_batch_${k}.bin`).concat("test_batch.bin");
const folder = "cifar-10-batches-bin";
const members = (list = names): Record<string, Uint8Array> => ({
  [`${folder}/`]: new Uint8Array(0),
  [`${folder}/readme.html`]: Buffer.from("<html>"),
  "../escape.bin": Buffer.from("never written"),
  ...Object.fromEntries(
    list.map((name, k) => [`${folder}/${name}`, new Uint8Array(RECORD_BYTES).fill(k)]),
  ),
});
const archive = gzipSync(tar(members()));
const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");

describe("readTar", () => {
  test("gives the regular files", () => {
    const files = readTar(new Uint8Array(tar(members())));
    expect([...files.keys()].sort()).toEqual(
      Object.keys(members())
        .filter((name) => !name.endsWith("/"))
        .sort(),
    );
    expect(files.get(`${folder}/data_batch_3.bin`)).toEqual(new Uint8Array(RECORD_BYTES).fill(2));
    expect(readTar(new Uint8Array(0)).size).toBe(0);
  });

  test("puts prefix and name together", () => {
    const bytes = tar({ "name.bin": Uint8Array.of(1) });
    bytes.write("some/folder", 345);
    const extra = [..."some/folder"].reduce((sum, c) => sum + c.charCodeAt(0), 0);
    const sum = Number.parseInt(bytes.toString("latin1", 148, 154), 8) + extra;
    bytes.write(sum.toString(8).padStart(6, "0"), 148);
    expect([...readTar(bytes).keys()]).toEqual(["some/folder/name.bin"]);
  });

  test("refuses a damaged header and an archive that ends early", () => {
    const bytes = tar({ a: new Uint8Array(600), b: new Uint8Array(600) });
    expect(() => readTar(bytes.subarray(0, 1000))).toThrow("600 bytes go beyond the end");
    bytes[3 * 512 + 3] ^= 1;
    expect(() => readTar(bytes)).toThrow("tar: header at offset 1536: wrong checksum");
  });
});

describe("downloadCifar10", () => {
  let server: Server;
  let url = "";
  let requests = 0;
  let body: Uint8Array = archive;
  beforeAll(async () => {
    server = createServer((request, response) => {
      requests++;
      response.statusCode = request.url === "/missing" ? 404 : 200;
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cifar.tar.gz`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "evenkeel-"));
    requests = 0;
    body = archive;
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const expected = { md5: md5(archive), size: archive.length };

  test("fetches, checks and unpacks the six files, once", async () => {
    const progress: number[] = [];
    const onProgress = (received: number, total: number) => progress.push(received / total);
    const target = await downloadCifar10(join(dir, "new"), { url, ...expected, onProgress });
    expect(target).toBe(join(dir, "new", folder));
    expect((await readdir(target)).sort()).toEqual(names);
    expect(await readdir(join(dir, "new"))).toEqual([folder]);
    expect(progress.at(-1)).toBe(1);
    const { labels } = await readCifar10(join(dir, "new"), { split: "train" });
    expect([...labels]).toEqual([0, 1, 2, 3, 4]);
    expect(await downloadCifar10(join(dir, "new"), { url, ...expected })).toBe(target);
    expect(await downloadCifar10(target, { url, ...expected })).toBe(target);
    expect(requests).toBe(1);
  });

  test.each([
    ["another checksum", () => ({ ...expected, md5: "0".repeat(32) }), "expected MD5 00000"],
    ["a longer body", () => ({ ...expected, size: archive.length - 1 }), "bytes, got more"],
    ["a shorter body", () => ({ ...expected, size: archive.length + 1 }), `got ${archive.length}`],
    ["no such page", () => ({ ...expected, url: new URL("/missing", url).href }), "answered 404"],
    ["nobody listening", () => ({ ...expected, url: "http://127.0.0.1:1/" }), "cannot fetch"],
  ])("%s is refused and leaves nothing behind", async (_, options, message) => {
    await expect(downloadCifar10(dir, { url, ...options() })).rejects.toThrow(message);
    expect(await readdir(dir)).toEqual([]);
  });

  test("an archive without one of the files is refused and leaves nothing behind", async () => {
    body = gzipSync(tar(members(names.slice(1))));
    const options = { url, md5: md5(body), size: body.length };
    await expect(downloadCifar10(dir, options)).rejects.toThrow(
      "data_batch_1.bin is not in the archive",
    );
    expect(await readdir(dir)).toEqual([]);
  });

  test("a directory that cannot be made is named", async () => {
    await writeFile(join(dir, "file"), "");
    await expect(downloadCifar10(join(dir, "file"), { url, ...expected })).rejects.toThrow(
      `downloadCifar10: cannot write ${join(dir, "file", folder)}: `,
    );
  });

  test("another process that is faster wins; a directory in the way is an error", async () => {
    const target = join(dir, folder);
    const whileFetching = (files: string[]) => {
      mkdirSync(target);
      for (const name of files) writeFileSync(join(target, name), new Uint8Array(RECORD_BYTES));
    };
    const onProgress = vi.fn().mockImplementationOnce(() => whileFetching(names));
    expect(await downloadCifar10(dir, { url, ...expected, onProgress })).toBe(target);
    expect(await readdir(dir)).toEqual([folder]);
    await rm(target, { recursive: true });
    onProgress.mockImplementationOnce(() => whileFetching(["notes.txt"]));
    await expect(downloadCifar10(dir, { url, ...expected, onProgress })).rejects.toThrow(
      `downloadCifar10: cannot write ${target}: `,
    );
    expect(await readdir(dir)).toEqual([folder]);
    expect(await readdir(target)).toEqual(["notes.txt"]);
  });

  test("an incomplete directory is left alone, before anything is fetched", async () => {
    await mkdir(join(dir, folder));
    await writeFile(join(dir, folder, "notes.txt"), "mine");
    await expect(downloadCifar10(dir, { url, ...expected })).rejects.toThrow(
      `${join(dir, folder)} is there but not complete; remove it first`,
    );
    expect(requests).toBe(0);
    expect(await readFile(join(dir, folder, "notes.txt"), "utf8")).toBe("mine");
  });

  test("can be aborted", async () => {
    const options = { url, ...expected, signal: AbortSignal.abort() };
    await expect(downloadCifar10(dir, options)).rejects.toThrow("aborted");
    expect(await readdir(dir)).toEqual([]);
  });
});
