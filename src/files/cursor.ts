/**
 * Reads bytes in order, little-endian, and never beyond their end. `where` names the operation, the file and the entry
 * for its refusals.
 */
export class Cursor {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #where: string;

  constructor(bytes: Uint8Array, where: string, at = 0) {
    // Of a Buffer, slices would be the same memory again.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#where = where;
    this.at = at;
  }

  refuse(problem: string, at = this.at): never {
    throw new RangeError(`${this.#where} at offset ${at}: ${problem}`);
  }

  /** How many bytes are still to be read; below 0 behind the end. */
  get left(): number {
    return this.#bytes.length - this.at;
  }

  /** The place of the next `count` bytes. Moves behind them. */
  #next(count: number): number {
    const { at, left } = this;
    if (count > left) this.refuse(`expected ${count} more bytes, there are ${Math.max(left, 0)}`);
    this.at += count;
    return at;
  }

  /** The next `count` bytes, not a copy. */
  take(count: number): Uint8Array {
    const at = this.#next(count);
    return this.#bytes.subarray(at, at + count);
  }

  byte(): number {
    return this.#bytes[this.#next(1)];
  }

  uint16(): number {
    return this.#view.getUint16(this.#next(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#next(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#next(4), true);
  }

  /** An unsigned integer of 64 bits. One beyond 2⁵³ is rounded, and larger than any file. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#next(8), true));
  }

  /** A float64 with its first byte the highest, as pickles have them. */
  bigEndianFloat64(): number {
    return this.#view.getFloat64(this.#next(8));
  }

  text(count: number): string {
    return decoder.decode(this.take(count).slice()); // browsers decode no shared memory
  }

  /** The text up to the next line feed. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.at);
    if (end < 0) this.refuse("its line has no end");
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
