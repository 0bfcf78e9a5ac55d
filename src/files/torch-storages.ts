// Where a file of torch.save has its storages: as entries of a zip archive, or behind its pickles, as before PyTorch
// 1.6.
import { isLengths } from "../io/safetensors-header.js";
import { Cursor } from "./cursor.js";
import { type PickleNames, readPickle } from "./pickle.js";
import { findTorchName, StorageType, type TorchStorage, widthOf } from "./torch-names.js";
import { contentsOf, isZip, readZip } from "./zip.js";

export interface TorchFile {
  /** Maps, arrays, plain values, and a `TorchView` for each tensor. */
  tree: unknown;
  /** The bytes of a storage; checked, not a copy. */
  bytesOf(storage: TorchStorage): Uint8Array;
  bigEndian: boolean;
}

/** Notes each storage that a pickle names. A persistent id is ("storage", class, key, location, size, view). */
function namesWith(known: Map<string, TorchStorage>): PickleNames {
  return {
    find: findTorchName,
    persistent(id, refuse) {
      const [kind, type, key, , size, part = null] = Array.isArray(id) ? id : [];
      if (
        kind !== "storage" ||
        !(type instanceof StorageType) ||
        typeof key !== "string" ||
        !isLengths([size])
      )
        return refuse("expected a storage with its class, key and size");
      const storage = { key, type: type.type, size, begin: 0 };
      const earlier = known.get(key) ?? storage;
      if (earlier.type !== storage.type || earlier.size !== size)
        refuse(`the storage "${key}" is there in two sizes or types`);
      known.set(key, storage);
      if (part === null) return storage;
      const [, begin, length] = Array.isArray(part) ? part : [];
      if (!isLengths([begin, length]) || begin + length > size)
        return refuse("expected a part of the storage");
      return { ...storage, begin, size: length };
    },
  };
}

/** Reads a file of `torch.save`. Throws RangeError, naming entry and offset, for any other. */
export function readTorchFile(bytes: Uint8Array, where: string): TorchFile {
  if (isZip(bytes)) return readZipped(bytes, where);
  if (bytes[0] === 0x80) return readLegacy(bytes, where);
  const start = new Cursor(bytes, where).text(Math.min(bytes.length, 12));
  const got = bytes.length === 0 ? "nothing" : JSON.stringify(start);
  const what = /^\s*</.test(start) ? " (a web page?)" : "";
  throw new RangeError(`${where} at offset 0: expected a file of torch.save, got ${got}${what}`);
}

function readZipped(bytes: Uint8Array, where: string): TorchFile {
  const entries = readZip(bytes, where);
  const main = [...entries.keys()].find((name) => /(^|\/)data\.pkl$/.test(name));
  if (main === undefined)
    throw new RangeError(`${where} at offset 0: there is no data.pkl in the archive`);
  const folder = main.slice(0, -"data.pkl".length);
  const contents = new Map<string, Uint8Array>();
  const read = (name: string): Uint8Array | undefined => {
    const entry = entries.get(name);
    const known = contents.get(name) ?? (entry && contentsOf(bytes, entry, where));
    if (known) contents.set(name, known);
    return known;
  };
  const order = read(`${folder}byteorder`);
  const cursor = new Cursor(read(main) as Uint8Array, `${where}: ${main}`);
  return {
    tree: readPickle(cursor, namesWith(new Map())),
    bigEndian: order !== undefined && new TextDecoder().decode(order) === "big",
    bytesOf({ key, type, size }) {
      const name = `${folder}data/${key}`;
      const data = read(name);
      const place = `${where}: ${name} at offset ${entries.get(name)?.offset ?? 0}`;
      if (!data) throw new RangeError(`${place}: this storage is not in the archive`);
      const expected = size * widthOf(type);
      if (data.length !== expected)
        throw new RangeError(
          `${place}: expected ${expected} bytes for ${size} elements of ${type}, got ${data.length}`,
        );
      return data;
    },
  };
}

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

/** Five pickles (a magic number, the version, the machine, the object, the keys of its storages), then the storages. */
function readLegacy(bytes: Uint8Array, where: string): TorchFile {
  const cursor = new Cursor(bytes, where);
  const known = new Map<string, TorchStorage>();
  const names = namesWith(known);
  if (readPickle(cursor, names) !== MAGIC || readPickle(cursor, names) !== VERSION)
    cursor.refuse("a pickle, and not one of torch.save", 0);
  const machine = readPickle(cursor, names);
  const tree = readPickle(cursor, names);
  const keys = readPickle(cursor, names);
  const parts = new Map<string, Uint8Array>();
  for (const key of Array.isArray(keys) ? keys : cursor.refuse("expected a list of storages")) {
    const storage = known.get(key);
    if (!storage) return cursor.refuse("the list has a storage that no tensor uses");
    const { at } = cursor;
    const size = cursor.uint64();
    if (size !== storage.size)
      cursor.refuse(`storage "${key}": expected ${storage.size} elements, got ${size}`, at);
    parts.set(key, cursor.take(size * widthOf(storage.type)));
  }
  return {
    tree,
    bigEndian: machine instanceof Map && machine.get("little_endian") === false,
    bytesOf({ key, type, size, begin }) {
      const part = parts.get(key);
      if (!part) return cursor.refuse(`the storage "${key}" is not there`);
      return part.subarray(begin * widthOf(type), (begin + size) * widthOf(type));
    },
  };
}
