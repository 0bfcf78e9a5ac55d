// Numbers of 16 bits: IEEE's half precision (F16) and the upper half of a float32 (BF16).

interface Format {
  fractionBits: number;
  /** The exponent of the smallest normal number. */
  least: number;
  infinity: number;
}

export const F16: Format = { fractionBits: 10, least: -14, infinity: 0x7c00 };
export const BF16: Format = { fractionBits: 7, least: -126, infinity: 0x7f80 };

/** The numbers that 16 bits each stand for. float32 holds all of them exactly. */
export function fromHalf(format: Format, bits: Uint16Array): Float32Array<ArrayBuffer> {
  const { fractionBits, least, infinity } = format;
  const out = new Float32Array(bits.length);
  const words = new Uint32Array(out.buffer);
  // With its bits in the places of float32's, a number is right but for the smaller offset of its exponent.
  const scale = 2 ** (least + 126);
  for (let i = 0; i < bits.length; i++) {
    const size = bits[i] & 0x7fff;
    const sign = bits[i] & 0x8000 ? -1 : 1;
    words[i] = size << (23 - fractionBits);
    if (size < infinity) out[i] *= sign * scale;
    else out[i] = size > infinity ? Number.NaN : sign * Infinity;
  }
  return out;
}

/**
 * The nearest numbers of 16 bits; of two that are as near, the one with an even last digit. As in PyTorch, what is too
 * large becomes infinite. float64 is rounded once, not by way of float32.
 */
export function toHalf(format: Format, values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const { fractionBits, least, infinity } = format;
  const out = new Uint16Array(values.length);
  const words = new Uint32Array(2);
  const double = new Float64Array(words.buffer);
  const high = new Uint8Array(Uint16Array.of(1).buffer)[0];
  for (let i = 0; i < values.length; i++) {
    double[0] = values[i];
    const sign = (words[high] >>> 16) & 0x8000;
    const size = Math.abs(values[i]);
    const exponent = Math.max(((words[high] >>> 20) & 0x7ff) - 1023, least);
    // A sum with 1.5·2⁵² has no digits behind the point: it is rounded to the nearest integer, ties to even.
    const shift = 1.5 * 2 ** 52;
    const digits = size * 2 ** (fractionBits - exponent) + shift - shift;
    const bits = digits + (exponent - least) * 2 ** fractionBits;
    out[i] = sign | (Number.isNaN(size) ? infinity | (infinity >> 1) : Math.min(bits, infinity));
  }
  return out;
}
