// NumPy's format for one array (numpy.lib.format, versions 1.0 to 3.0).
import { type Elements, type ElementType, elementsOf, isElementType } from "../io/elements.js";
import { sizeOf } from "../shape.js";
import { Cursor } from "./cursor.js";
import { denseStrides, gather, swapped } from "./strided.js";

export interface NumpyArray {
  type: ElementType;
  shape: number[];
  /** Row-major. */
  data: Elements;
}

/** NumPy's own limit (max_header_size of numpy.load). */
const MOST_HEADER = 10_000;
const MAGIC = "\x93NUMPY";

/** What the header of a `.npy` file says. */
interface NpyHeader {
  /** How NumPy describes the elements, such as "<f4". */
  descr: string;
  shape: number[];
  fortran: boolean;
  /** Throws RangeError, with the place of the header. */
  refuse(problem: string): never;
}

/** Reads a header. Behind it the cursor is where the elements begin. */
function headerOf(bytes: Uint8Array, cursor: Cursor): NpyHeader {
  const magic = bytes.subarray(0, MAGIC.length);
  if (String.fromCharCode(...magic) !== MAGIC)
    cursor.refuse("expected a .npy file (.npz: loadNumpyArchive)");
  cursor.at = MAGIC.length;
  const version = cursor.byte();
  if (cursor.byte() !== 0 || version < 1 || version > 3)
    cursor.refuse("expected version 1.0, 2.0 or 3.0 of the format", MAGIC.length);
  const length = version === 1 ? cursor.uint16() : cursor.uint32();
  const place = cursor.at;
  const refuse = (problem: string): never => cursor.refuse(problem, place);
  if (length > MOST_HEADER)
    refuse(`a header of ${length} bytes; NumPy's have ${MOST_HEADER} at most`);
  const header = cursor.text(length);

  // A dictionary as Python prints it. Nothing may be left of it but its commas.
  let rest = header;
  const field = (name: string, value: RegExp): string => {
    const pattern = new RegExp(`'${name}': *${value.source} *(,|(?=\\}))`);
    const found = pattern.exec(rest);
    if (!found) return refuse(`expected ${name} in the header, got ${beginningOf(header)}`);
    rest = rest.replace(found[0], "");
    return found[1];
  };
  const descr = field("descr", /('[^']*'|\[.*\])/);
  const fortran = field("fortran_order", /(True|False)/) === "True";
  const lengths = field("shape", /\(([\d, L]*)\)/).match(/\d+/g) ?? [];
  if (!/^\{ *\}\s*$/.test(rest)) refuse(`the header has more than it should: ${beginningOf(rest)}`);
  return { descr, shape: lengths.map(Number), fortran, refuse };
}

/** The shape of the array of a `.npy` file, of whatever elements. Throws RangeError where there is no such header. */
export const npyShape = (bytes: Uint8Array, where: string): readonly number[] =>
  headerOf(bytes, new Cursor(bytes, where)).shape;

/** Reads a `.npy` file. Throws RangeError, with the offset, for any other, before memory for data is taken. */
export function parseNpy(bytes: Uint8Array, where: string): NumpyArray {
  const cursor = new Cursor(bytes, where);
  const { descr, shape, fortran, refuse } = headerOf(bytes, cursor);
  const [, order, kind, width] = /^'([<>|=]?)([fiu]|b(?=1))([1248])'$/.exec(descr) ?? [];
  const type = kind === "b" ? "BOOL" : `${kind}${8 * Number(width)}`.toUpperCase();
  if (!isElementType(type)) return refuse(unknownType(descr));
  const expected = sizeOf(shape) * Number(width);
  const left = bytes.length - cursor.at;
  if (expected !== left)
    cursor.refuse(
      `${descr} of shape [${beginningOf(shape.join(", "))}] needs ${expected} bytes, there are ${left}`,
    );
  const raw = cursor.take(expected);
  const data = elementsOf(type, order === ">" ? swapped(raw, Number(width)) : raw);
  if (!fortran || shape.length < 2) return { type, shape, data };
  return { type, shape, data: gather(data, 0, shape, denseStrides(shape, true)) };
}

const beginningOf = (text: string): string => text.trim().slice(0, 100);

const unknownType = (descr: string): string =>
  `expected elements of f8, f4, f2, i8 to i1, u8 to u1 or b1, got ${beginningOf(descr)} ` +
  "(Python objects are not read); save array.astype('float32')";

/** A `.npy` file of version 1.0. `kind`: NumPy's letter for the elements, such as "f". */
export function writeNpy(kind: string, shape: readonly number[], data: Elements): Uint8Array {
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const width = data.BYTES_PER_ELEMENT;
  const descr = `${width > 1 ? "<" : "|"}${kind}${width}`;
  const fields = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${lengths}), }`;
  const length = Math.ceil((MAGIC.length + 5 + fields.length) / 64) * 64 - MAGIC.length - 4;
  const size = String.fromCharCode(length & 255, length >> 8);
  const header = `${MAGIC}\x01\x00${size}${fields.padEnd(length - 1)}\n`;
  const file = new Uint8Array(header.length + data.byteLength);
  file.set(Array.from(header, (letter) => letter.charCodeAt(0)));
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return file;
}
