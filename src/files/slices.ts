// Files of which parts are read: those of browsers, Node's, and any behind a URL whose server knows ranges.
import { isBytes } from "../dtype.js";
import type { HostURL } from "../host-types.js";
import { describe } from "../options.js";

/** A file of which only the bytes that are asked for are read. */
export interface Slices {
  /** In bytes. */
  size: number;
  /** The bytes [begin, end). */
  read(begin: number, end: number): Promise<Uint8Array>;
  /** For messages. */
  name?: string;
}

/** What `fs.promises.open` gives: Node's FileHandle. */
interface FileHandle {
  stat(): Promise<{ size: number }>;
  read(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }>;
}

interface Contents {
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A Blob, or a File, which has a name. */
interface BlobLike extends Contents {
  readonly size: number;
  readonly name?: string;
  slice(begin: number, end: number): Contents;
}

/** What a browser's file picker gives: its FileSystemFileHandle. */
interface PickedFile {
  getFile(): Promise<BlobLike>;
}

/** As much of `fetch` as is used. */
export type Fetch = (
  url: string,
  request: { headers: Record<string, string> },
) => Promise<
  Contents & {
    ok: boolean;
    status: number;
    headers: {
      /** The value of a header; null without it. */
      get(name: string): string | null;
    };
    body: {
      /** Ends the transfer. */
      cancel(): Promise<void>;
    } | null;
  }
>;

/** A Blob or File, a file handle of Node's or of a browser's picker, a URL, bytes, or anything with size and read. */
export type SliceSource =
  | BlobLike
  | FileHandle
  | PickedFile
  | HostURL
  | string
  | Uint8Array
  | Slices;

/** The source as slices. Throws TypeError for what is none, Error for a URL whose server sends no ranges. */
export async function slicesOf(
  op: string,
  source: SliceSource,
  request: Fetch = fetch,
): Promise<Slices> {
  const has = (...names: string[]) =>
    Object(source) === source && names.every((name) => name in (source as object));
  if (typeof source === "string" || source instanceof URL) return ofUrl(op, source, request);
  if (isBytes(source)) return ofBytes(source);
  if (has("getFile")) return slicesOf(op, await (source as PickedFile).getFile());
  if (has("arrayBuffer", "slice", "size")) return ofBlob(source as BlobLike);
  if (has("size", "read")) return source as Slices;
  if (has("stat", "read")) return ofHandle(source as FileHandle);
  throw new TypeError(
    `${op}: expected a Blob, a file handle, a URL, bytes or { size, read }, got ${describe(source)}`,
  );
}

const ofBytes = (bytes: Uint8Array): Slices => ({
  size: bytes.length,
  read: async (begin, end) => bytes.subarray(begin, end),
});

const ofBlob = (blob: BlobLike): Slices => ({
  size: blob.size,
  name: blob.name,
  read: async (begin, end) => new Uint8Array(await blob.slice(begin, end).arrayBuffer()),
});

async function ofHandle(handle: FileHandle): Promise<Slices> {
  const { size } = await handle.stat();
  return {
    size,
    async read(begin, end) {
      const bytes = new Uint8Array(Math.max(Math.min(end, size) - begin, 0));
      let done = 0;
      while (done < bytes.length) {
        const length = Math.min(bytes.length - done, 2 ** 30); // Node's limit is 2³¹ − 1
        const part = await handle.read(bytes, done, length, begin + done);
        if (part.bytesRead === 0) break;
        done += part.bytesRead;
      }
      return bytes.subarray(0, done);
    },
  };
}

async function ofUrl(op: string, source: string | HostURL, request: Fetch): Promise<Slices> {
  const url = String(source);
  const ask = async (begin: number, end: number) => {
    let response: Awaited<ReturnType<Fetch>>;
    try {
      response = await request(url, { headers: { Range: `bytes=${begin}-${end - 1}` } });
    } catch (cause) {
      const hint = /^\w+:\/\//.test(url) ? "" : "; a file of a path is opened by node:fs/promises";
      throw new Error(`${op}: cannot fetch ${url}: ${(cause as Error).message}${hint}`, { cause });
    }
    if (response.status === 206) return response;
    await response.body?.cancel(); // it may be gigabytes
    const why = response.ok ? "its server sends no ranges" : `the server says ${response.status}`;
    throw new Error(`${op}: cannot read parts of ${url}: ${why}`);
  };
  const first = await ask(0, 8);
  await first.body?.cancel();
  const size = /\/(\d+)$/.exec(first.headers.get("Content-Range") ?? "")?.[1];
  if (size === undefined) throw new Error(`${op}: the server of ${url} does not say its size`);
  return {
    size: Number(size),
    name: url,
    read: async (begin, end) => new Uint8Array(await (await ask(begin, end)).arrayBuffer()),
  };
}
