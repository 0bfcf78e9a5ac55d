/**
 * A result as JSON. The pixels of its pictures are left out, because the pictures are saved beside it. Their size is
 * kept. Lists of floats are lists.
 */
export const resultsJson = (result: object): string =>
  JSON.stringify(result, (_, value) => {
    if (value instanceof Uint8Array) return undefined;
    return value instanceof Float32Array ? Array.from(value) : value;
  });
