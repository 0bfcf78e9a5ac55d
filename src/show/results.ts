/** A result as JSON. Pictures stand beside it: of their pixels nothing is written, of their size all. */
export const resultsJson = (result: object): string =>
  JSON.stringify(result, (_, value) => (value instanceof Uint8Array ? undefined : value));
