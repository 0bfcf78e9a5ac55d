import type { HostAbortSignal } from "../host-types.js";
import { builtin } from "../io/node.js";
import { checkOptions, type Rules } from "../options.js";
import { RECORD_BYTES } from "./cifar10.js";
import { ARCHIVE_DIRECTORY, CIFAR10_FILES } from "./read-cifar10.js";
import { readTar } from "./tar.js";

const FILES = [...CIFAR10_FILES.train, ...CIFAR10_FILES.test];

/** Options of `downloadCifar10`. */
export interface DownloadOptions {
  /** The archive, a .tar.gz; by default the official one. Another one needs its `md5` and `size`. */
  url?: string;
  /** The MD5 that the archive must have, in hexadecimal digits. */
  md5?: string;
  /** The size that the archive must have, in bytes. */
  size?: number;
  /** Called with the bytes received so far and the total number of bytes. */
  onProgress?: (received: number, total: number) => void;
  /** Stops the download. */
  signal?: HostAbortSignal;
}

const rules: Rules<DownloadOptions> = {
  url: "string",
  md5: "string",
  size: "number",
  onProgress: "function",
  signal: "Object",
};

/**
 * Fetches CIFAR-10 (162 MB), checks its size and MD5, and unpacks it into `dir/cifar-10-batches-bin`. This directory
 * appears complete or not at all. Does nothing if the files exist already. Returns the directory that holds them.
 * @throws Error if the archive cannot be fetched, is not the expected one, or cannot be written
 */
export async function downloadCifar10(dir: string, options: DownloadOptions = {}): Promise<string> {
  const {
    url = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    md5 = "c32a1d4ab5d03f1284b67883e8d87530",
    size = 170052171,
  } = checkOptions("downloadCifar10", options, rules);
  const target = `${dir}/${ARCHIVE_DIRECTORY}`;
  for (const place of [dir, target]) if (await isComplete(place)) return place;
  if (await exists(target)) {
    throw new Error(`downloadCifar10: ${target} is there but not complete; remove it first`);
  }
  const archive = await fetchBytes(url, size, options);
  const hash = builtin("downloadCifar10", "node:crypto").createHash("md5").update(archive);
  const got = hash.digest("hex");
  if (got !== md5) throw new Error(`downloadCifar10: ${url}: expected MD5 ${md5}, got ${got}`);
  await writeFiles(target, await unpack(url, archive));
  return target;
}

/** The body at `url`, which must be `size` bytes long. Stops reading after that. */
async function fetchBytes(
  url: string,
  size: number,
  { onProgress, signal }: DownloadOptions,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let received = 0;
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || !response.body) {
      throw new Error(`the server answered ${response.status} ${response.statusText}`.trim());
    }
    for await (const chunk of response.body) {
      if (received + chunk.length > size) {
        throw new Error(`expected ${size} bytes, got more`);
      }
      bytes.set(chunk, received);
      received += chunk.length;
      onProgress?.(received, size);
    }
    if (received < size) throw new Error(`expected ${size} bytes, got ${received}`);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    if (cause.name === "AbortError") throw cause;
    // fetch says only "fetch failed". The reason is in its cause.
    const why = cause.cause instanceof Error ? cause.cause.message : cause.message;
    throw new Error(
      `downloadCifar10: cannot fetch ${url}: ${why}; without a network, unpack a copy of the archive and ` +
        "read from there",
      { cause },
    );
  }
  return bytes;
}

/** The six data files of the archive by name. Other files in the archive are ignored. */
async function unpack(url: string, archive: Uint8Array): Promise<Map<string, Uint8Array>> {
  const { gunzip } = builtin("downloadCifar10", "node:zlib");
  const tar = await new Promise<Uint8Array>((resolve, reject) => {
    gunzip(archive, (error, result) => (error ? reject(error) : resolve(result)));
  });
  const found = readTar(tar);
  return new Map(
    FILES.map((name) => {
      const bytes = found.get(`${ARCHIVE_DIRECTORY}/${name}`);
      if (!bytes) throw new Error(`downloadCifar10: ${url}: ${name} is not in the archive`);
      return [name, bytes];
    }),
  );
}

/** Writes into a directory beside `target` and then renames it, so that nobody sees it half full. */
async function writeFiles(target: string, files: Map<string, Uint8Array>): Promise<void> {
  const fs = builtin("downloadCifar10", "node:fs/promises");
  let partial: string | undefined;
  try {
    await fs.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    partial = await fs.mkdtemp(`${target}.partial-`);
    for (const [name, bytes] of files) await fs.writeFile(`${partial}/${name}`, bytes);
    await fs.chmod(partial, 0o755); // mkdtemp makes the directory private
    await fs.rename(partial, target);
  } catch (cause) {
    if (partial) await fs.rm(partial, { recursive: true, force: true });
    if (await isComplete(target)) return; // another process was faster
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`downloadCifar10: cannot write ${target}: ${why}`, { cause });
  }
}

async function isComplete(dir: string): Promise<boolean> {
  const { stat } = builtin("downloadCifar10", "node:fs/promises");
  const sizes = await Promise.all(
    FILES.map(async (name) => (await stat(`${dir}/${name}`).catch(() => null))?.size ?? 0),
  );
  return sizes.every((size) => size > 0 && size % RECORD_BYTES === 0);
}

async function exists(path: string): Promise<boolean> {
  const { stat } = builtin("downloadCifar10", "node:fs/promises");
  return (await stat(path).catch(() => null)) !== null;
}
