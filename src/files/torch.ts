import { checkBytes } from "../io/check-bytes.js";
import { ARRAYS, elementsOf, knownType, tensorData } from "../io/elements.js";
import { type Selection, select, selectionRules } from "../io/select.js";
import { checkOptions, type Rules } from "../options.js";
import type { Runtime } from "../runtime/runtime.js";
import { sizeOf } from "../shape.js";
import { type AnyTensor, tensor, tidy } from "../tensor.js";
import { Name } from "./pickle.js";
import { endOf, gather, isDense, swapped } from "./strided.js";
import { TorchView } from "./torch-names.js";
import { readTorchFile, type TorchFile } from "./torch-storages.js";
import { copyTree } from "./tree.js";

/** Options of `readTorch`. */
export interface ReadTorchOptions {
  /** The runtime of the tensors. Default: the runtime of `init()`. */
  runtime?: Runtime;
  /** The name of the file, for messages. */
  file?: string;
}

/** Options of `loadTorch`: those of `readTorch`, and which tensors it takes. */
export interface LoadTorchOptions extends ReadTorchOptions, Selection {}

/** What `readTorch` gives: dictionaries as Maps in the order of the file, tuples and lists as arrays. */
export type TorchTree =
  | AnyTensor
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | TorchTree[]
  | Set<TorchTree>
  | Map<TorchTree, TorchTree>;

const readRules: Rules<ReadTorchOptions> = { runtime: "Runtime", file: "string" };
const loadRules: Rules<LoadTorchOptions> = { ...readRules, ...selectionRules };

/**
 * The tensors of a checkpoint of PyTorch's `torch.save` (`.pth`, `.pt`, `.tar`; the zip format and the one before 1.6),
 * by their keys. Those of dictionaries and lists within each other are joined by dots, so that a training checkpoint
 * has `model.0.weight`. A bare tensor has the key "". Other values are left out; `readTorch` gives them. Keys that
 * share one tensor in the file share it here. float64 and int64 stay; half and bfloat16 become float32, other integers
 * and bool int32 where every value fits, else float32 where that is exact.
 *
 * No code of a file is ever run: a whole module, or anything else that needs code, is refused by its name. Throws
 * RangeError, naming file, entry and offset, for that, for a damaged file and for a tensor that has no such form
 * (`skip` leaves it out), and if memory is full.
 */
export function loadTorch(
  bytes: Uint8Array,
  options: LoadTorchOptions = {},
): Map<string, AnyTensor> {
  const op = "loadTorch";
  const { runtime, file = "file", ...selection } = checkOptions(op, options, loadRules);
  checkBytes(op, bytes);
  const where = `${op}: ${file}`;
  const read = readTorchFile(bytes, where);
  const views = viewsOf(read, bytes, where);
  const tensorOf = tensorsOf(read, bytes, runtime);
  return tidy(() => {
    const wanted = select(op, views.keys(), selection);
    const named = [...wanted].map(
      (key) =>
        [key, tensorOf(views.get(key) as TorchView, `${where}: ${JSON.stringify(key)}`)] as const,
    );
    return new Map(named);
  });
}

/** The shapes of the tensors that `loadTorch` gives, in its order. */
export function torchShapes(bytes: Uint8Array, file: string): Map<string, readonly number[]> {
  const views = viewsOf(readTorchFile(bytes, file), bytes, file);
  return new Map([...views].map(([key, { shape }]) => [key, shape]));
}

function viewsOf(file: TorchFile, bytes: Uint8Array, where: string): Map<string, TorchView> {
  const views = new Map<string, TorchView>();
  copyTree(file.tree, where, roomOf(bytes), (leaf, key) => {
    if (!(leaf instanceof TorchView)) return;
    if ((views.get(key) ?? leaf) !== leaf)
      throw new RangeError(`${where}: two tensors have the key "${key.slice(0, 100)}"`);
    views.set(key, leaf);
  });
  return views;
}

/**
 * What a checkpoint of `torch.save` holds, as it is nested there: tensors as `loadTorch` makes them, and the plain
 * values between them, such as the epoch. Integers beyond 2⁵³ are bigints. Throws as `loadTorch` does.
 */
export function readTorch(bytes: Uint8Array, options: ReadTorchOptions = {}): TorchTree {
  const op = "readTorch";
  const { runtime, file = "file" } = checkOptions(op, options, readRules);
  checkBytes(op, bytes);
  const where = `${op}: ${file}`;
  const read = readTorchFile(bytes, where);
  const tensorOf = tensorsOf(read, bytes, runtime);
  const leafOf = (leaf: unknown, path: string) => {
    if (leaf instanceof TorchView) return tensorOf(leaf, `${where}: "${path}"`);
    return leaf instanceof Name ? leaf.text : leaf;
  };
  return tidy(() => copyTree(read.tree, where, roomOf(bytes), leafOf)) as TorchTree;
}

/**
 * What a file's values may take in memory, in bytes. Views can share a storage, so that a small file would fill any
 * memory; real ones stay far below this.
 */
const roomOf = (bytes: Uint8Array): number => 2 ** 16 + 16 * bytes.length;

const leaveOut = "; { skip } of loadTorch leaves it out";

/** Makes tensors of views, one of each. */
function tensorsOf(file: TorchFile, bytes: Uint8Array, runtime?: Runtime) {
  const made = new Map<TorchView, AnyTensor>();
  let room = roomOf(bytes);

  const elementsOfView = (view: TorchView, where: string): AnyTensor => {
    const { storage, offset, shape, strides } = view;
    const type = knownType(where, view.type, leaveOut);
    const width = ARRAYS[type].BYTES_PER_ELEMENT;
    const [begin, end] = [offset * width, endOf(offset, shape, strides) * width];
    room -= sizeOf(shape) * width + end - begin;
    if (room < 0) throw new RangeError(`${where}: the tensors are far larger than the file`);
    const part = file.bytesOf(storage).subarray(begin, end);
    const elements = elementsOf(type, file.bigEndian ? swapped(part, width) : part);
    const data = isDense(shape, strides) ? elements : gather(elements, 0, shape, strides);
    return tensor(tensorData(where, type, data, leaveOut), shape, { runtime });
  };

  return (view: TorchView, where: string): AnyTensor => {
    const tensor = made.get(view) ?? elementsOfView(view, where);
    made.set(view, tensor);
    return tensor;
  };
}
