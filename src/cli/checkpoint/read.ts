import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { loadNumpy, loadNumpyArchive, loadTorch, openSafetensors } from "../../files/index.js";
import { numpyShapes } from "../../files/numpy.js";
import { slicesOf } from "../../files/slices.js";
import { torchShapes } from "../../files/torch.js";
import { readZip } from "../../files/zip.js";
import { createRuntime } from "../../runtime/create-runtime.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { AnyTensor } from "../../tensor.js";
import { reasonOf } from "../files.js";

/** A file of tensors, whatever its format. */
export interface Checkpoint {
  /** The files it is in, as paths: more than one where an index names them. */
  files: readonly string[];
  /** The shapes of its tensors by key, in the order of the file. */
  shapes: ReadonlyMap<string, readonly number[]>;
  /** The tensors of these keys. */
  load(keys: readonly string[]): Promise<Map<string, AnyTensor>>;
}

/** Opens a file for `work`, with a runtime for its tensors. */
export async function withCheckpoint<T>(
  path: string,
  work: (checkpoint: Checkpoint, runtime: Runtime) => Promise<T>,
): Promise<T> {
  const handles: FileHandle[] = [];
  const runtime = await createRuntime({ threads: 1 });
  try {
    return await work(await openCheckpoint(path, runtime, handles), runtime);
  } finally {
    runtime.close();
    for (const handle of handles) await handle.close();
  }
}

/** The first bytes of formats. */
const [PICKLE, ZIP, NUMPY] = [0x80, 0x50, 0x93];

/** Opens a file of PyTorch, safetensors (or their index) or NumPy, told by its first bytes. Throws Error for others. */
async function openCheckpoint(
  path: string,
  runtime: Runtime,
  handles: FileHandle[],
): Promise<Checkpoint> {
  const handle = await opened(path, handles);
  const start = new Uint8Array(10);
  await handle.read(start, 0, start.length, 0);
  const [first] = start;
  // A header of less than 2⁴⁸ bytes, whose length may begin as any other format does, or an index.
  const isSafetensors = start[8] === 0x7b && start[6] === 0 && start[7] === 0;
  if (!isSafetensors && [PICKLE, ZIP, NUMPY].includes(first))
    return { files: [path], ...whole(await wholeOf(handle), path, runtime) };
  if (!isSafetensors && first !== 0x7b)
    throw new Error(
      `${path}: no checkpoint: expected a .pth, .pt, .safetensors, .safetensors.index.json, .npz or .npy file`,
    );
  const files = [path];
  const shard = async (name: string) => {
    const part = join(dirname(path), name);
    files.push(part);
    return opened(part, handles);
  };
  const file = await openSafetensors(handle, { file: path, shard });
  const shapes = new Map<string, readonly number[]>();
  for (const name of file.names) shapes.set(name, (await file.info(name)).shape);
  const load = async (keys: readonly string[]) => {
    const tensors = new Map<string, AnyTensor>();
    for (const key of keys) tensors.set(key, await file.load(key, { runtime }));
    return tensors;
  };
  return { files, shapes, load };
}

async function opened(path: string, handles: FileHandle[]): Promise<FileHandle> {
  try {
    const handle = await open(path);
    handles.push(handle);
    if ((await handle.stat()).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    return handle;
  } catch (cause) {
    throw new Error(`cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** Its bytes. `readFile` has a limit of 2 GB. */
async function wholeOf(handle: FileHandle): Promise<Uint8Array> {
  const { read, size } = await slicesOf("read", handle);
  return read(0, size);
}

/** A file that is read as a whole. */
function whole(
  bytes: Uint8Array,
  file: string,
  runtime: Runtime,
): Pick<Checkpoint, "shapes" | "load"> {
  const options = { runtime, file };
  const isArchive =
    bytes[0] === ZIP &&
    ![...readZip(bytes, file).keys()].some((name) => /(^|\/)data\.pkl$/.test(name));
  if (!isArchive && bytes[0] !== NUMPY) {
    const shapes = torchShapes(bytes, file);
    return { shapes, load: async (only) => loadTorch(bytes, { ...options, only }) };
  }
  if (isArchive) {
    const shapes = numpyShapes(bytes, file);
    return { shapes, load: async (only) => loadNumpyArchive(bytes, { ...options, only }) };
  }
  const x = loadNumpy(bytes, options);
  const key = basename(file).replace(/\.npy$/i, "");
  const load = async (keys: readonly string[]) => new Map(keys.map((key) => [key, x]));
  return { shapes: new Map([[key, x.shape]]), load };
}
