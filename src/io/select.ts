import type { Rules } from "../options.js";

/** Which entries of a file to read. What stands in the way of others is no matter then. */
export interface Selection {
  /** Names of the entries to read. Default: all. */
  only?: readonly string[];
  /** Names of entries to leave out. */
  skip?: readonly string[];
}

export const selectionRules: Rules<Selection> = { only: "Array", skip: "Array" };

/** The names to read, in the order of the file. Throws RangeError for one of `only` that is not there. */
export function select(
  op: string,
  names: Iterable<string>,
  { only, skip }: Selection,
): Set<string> {
  const there = new Set(names);
  const missing = only?.find((name) => !there.has(name));
  if (missing !== undefined)
    throw new RangeError(`${op}: there is no ${JSON.stringify(missing)} in the file`);
  const wanted = only ? new Set(only) : there;
  return new Set([...there].filter((name) => wanted.has(name) && !skip?.includes(name)));
}
