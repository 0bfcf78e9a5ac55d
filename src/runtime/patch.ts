/**
 * Makes `to` from `from` and a patch. The patch is a list of unsigned LEB128 numbers. The first is the length of `to`.
 * Then each step has a count of literal bytes, those bytes, how far the next copy begins from the end of the last (2n
 * forwards, 2n − 1 backwards) and how many bytes it copies.
 */
export function applyPatch(from: Uint8Array, patch: Uint8Array): Uint8Array<ArrayBuffer> {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = patch[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const to = new Uint8Array(number());
  let end = 0;
  let source = 0;
  while (end < to.length) {
    const literal = number();
    to.set(patch.subarray(at, at + literal), end);
    at += literal;
    end += literal;
    const move = number();
    source += move & 1 ? -(move + 1) / 2 : move / 2;
    const length = number();
    to.set(from.subarray(source, source + length), end);
    end += length;
    source += length;
  }
  return to;
}
