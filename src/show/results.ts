/**
 * A result as JSON. The pixels of its pictures are left out, because the pictures are saved beside it. Their size is
 * kept.
 */
export const resultsJson = (result: object): string =>
  JSON.stringify(result, (_, value) => (value instanceof Uint8Array ? undefined : value));
