// Makes the patch that turns simd.wasm into relaxed.wasm. The two differ in few instructions, so that the patch has a
// twentieth of the binary's size. src/runtime/patch.ts describes its format and applies it.

/** A shorter match costs more to name than to repeat, in bytes. */
const LEAST = 8;

function* matches(from, to) {
  const places = new Map();
  for (let at = 0; at + LEAST <= from.length; at++) {
    const key = from.latin1Slice(at, at + LEAST);
    if (!places.has(key)) places.set(key, []);
    places.get(key).push(at);
  }
  const lengthAt = (at, position) => {
    let length = 0;
    while (position + length < to.length && from[at + length] === to[position + length]) length++;
    return length;
  };
  for (let position = 0; position + LEAST <= to.length; ) {
    const found = (places.get(to.latin1Slice(position, position + LEAST)) ?? [])
      .map((at) => ({ at, length: lengthAt(at, position) }))
      .reduce((best, one) => (one.length > best.length ? one : best), { length: 0 });
    if (found.length > 0) yield { ...found, position };
    position += found.length || 1;
  }
}

/** The patch from `from` to `to`, both Buffers. */
export function patch(from, to) {
  const out = [];
  const number = (value) => {
    for (; value > 127; value >>>= 7) out.push((value & 127) | 128);
    out.push(value);
  };
  let done = 0;
  let expected = 0;
  const step = (literal, at, length) => {
    number(literal.length);
    out.push(...literal);
    number(at >= expected ? 2 * (at - expected) : 2 * (expected - at) - 1);
    number(length);
    expected = at + length;
  };
  number(to.length);
  for (const { at, length, position } of matches(from, to)) {
    step(to.subarray(done, position), at, length);
    done = position + length;
  }
  if (done < to.length) step(to.subarray(done), expected, 0);
  return Uint8Array.from(out);
}
