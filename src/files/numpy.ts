import { checkBytes } from "../io/check-bytes.js";
import { tensorData } from "../io/elements.js";
import { type Selection, select, selectionRules } from "../io/select.js";
import { checkOptions, describe, type Rules } from "../options.js";
import type { Runtime } from "../runtime/runtime.js";
import { type AnyTensor, Tensor, tensor, tidy } from "../tensor.js";
import { type NumpyArray, npyShape, parseNpy, writeNpy } from "./npy.js";
import { writeZip } from "./write-zip.js";
import { contentsOf, readZip, type ZipEntry } from "./zip.js";

/** Options of `loadNumpy`. */
export interface LoadNumpyOptions {
  /** The runtime of the tensor. Default: the runtime of `init()`. */
  runtime?: Runtime;
  /** The name of the file, for messages. */
  file?: string;
}

/** Options of `loadNumpyArchive`: those of `loadNumpy`, and which arrays it takes. */
export interface LoadNumpyArchiveOptions extends LoadNumpyOptions, Selection {}

const rules: Rules<LoadNumpyOptions> = { runtime: "Runtime", file: "string" };
const archiveRules: Rules<LoadNumpyArchiveOptions> = { ...rules, ...selectionRules };

/**
 * The array of a `.npy` file (versions 1.0 to 3.0, both byte orders and both orders of axes) as a tensor of its shape,
 * row-major. float64 and int64 stay; float16 becomes float32, other integers and bool int32 where every value fits,
 * else float32 where that is exact. Throws RangeError, naming file and offset, for a damaged file and for elements that
 * are no such numbers; pickled objects are never read.
 */
export function loadNumpy(bytes: Uint8Array, options: LoadNumpyOptions = {}): AnyTensor {
  const op = "loadNumpy";
  const { runtime, file = "file" } = checkOptions(op, options, rules);
  checkBytes(op, bytes);
  const where = `${op}: ${file}`;
  return tensorOf(parseNpy(bytes, where), where, runtime);
}

/**
 * The arrays of a `.npz` file by name, stored or deflated. Names are those given to `numpy.savez`, without `.npy`.
 * Throws as `loadNumpy` does, naming the entry.
 */
export function loadNumpyArchive(
  bytes: Uint8Array,
  options: LoadNumpyArchiveOptions = {},
): Map<string, AnyTensor> {
  const op = "loadNumpyArchive";
  const { runtime, file = "file", ...selection } = checkOptions(op, options, archiveRules);
  const where = `${op}: ${file}`;
  return tidy(() => {
    const tensors = new Map<string, AnyTensor>();
    for (const [name, array] of parseNpz(bytes, op, file, selection))
      tensors.set(name, tensorOf(array, `${where}: ${name}.npy`, runtime));
    return tensors;
  });
}

/** The shapes of the arrays of a `.npz` file, in its order; of those too whose elements tensors cannot hold. */
export function numpyShapes(bytes: Uint8Array, file: string): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const [name, entry] of entriesOf(bytes, file)) {
    const contents = contentsOf(bytes, entry, file, { check: true });
    shapes.set(name, npyShape(contents, `${file}: ${entry.name}`));
  }
  return shapes;
}

/** The entries of a `.npz` file that are arrays, by the names of these. */
function entriesOf(bytes: Uint8Array, where: string): Map<string, ZipEntry> {
  const entries = [...readZip(bytes, where).values()].filter(({ name }) => name.endsWith(".npy"));
  return new Map(entries.map((entry) => [entry.name.slice(0, -4), entry]));
}

/** The arrays of a `.npz` file, one after the other. */
export function* parseNpz(
  bytes: Uint8Array,
  op: string,
  file: string,
  selection: Selection = {},
): Generator<[string, NumpyArray]> {
  checkBytes(op, bytes);
  const where = `${op}: ${file}`;
  const arrays = entriesOf(bytes, where);
  for (const name of select(where, arrays.keys(), selection)) {
    const entry = arrays.get(name) as ZipEntry;
    const contents = contentsOf(bytes, entry, where, { check: true });
    yield [name, parseNpy(contents, `${where}: ${entry.name}`)];
  }
}

/** A `.npy` file of a tensor, which `numpy.load` reads. Throws TypeError for what is no tensor. */
export const saveNumpy = (x: AnyTensor): Uint8Array => npyOf("saveNumpy", "x", x);

/**
 * A `.npz` file of tensors by name, not compressed, as `numpy.savez` makes it. Throws TypeError for what is no Map of
 * tensors, RangeError for 4 GB and more.
 */
export function saveNumpyArchive(tensors: ReadonlyMap<string, AnyTensor>): Uint8Array {
  const op = "saveNumpyArchive";
  if (!(tensors instanceof Map))
    throw new TypeError(`${op}: expected a Map of tensors by name, got ${describe(tensors)}`);
  const entries = [...tensors].map(
    ([name, x]) => [`${name}.npy`, npyOf(op, `"${name}"`, x)] as const,
  );
  return writeZip(op, entries);
}

function npyOf(op: string, name: string, x: AnyTensor): Uint8Array {
  if (!(x instanceof Tensor))
    throw new TypeError(`${op}: expected ${name} to be a tensor, got ${describe(x)}`);
  return writeNpy(x.dtype[0], x.shape, x.toArray());
}

const tensorOf = ({ type, shape, data }: NumpyArray, where: string, runtime?: Runtime): AnyTensor =>
  tensor(tensorData(where, type, data), shape, { runtime });
