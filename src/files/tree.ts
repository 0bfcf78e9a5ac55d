/** How deep lists and dictionaries may lie within each other. No checkpoint comes near it. */
const DEEPEST = 200;

/**
 * A copy of a tree of Maps, Sets and arrays with what `leafOf` makes of each leaf and its path: the keys on the way to
 * it, joined by dots. A pickle can refer to one list in many places, so that a small file would have more leaves than
 * memory: `most` of them are visited. Throws RangeError for a tree that is larger or contains itself.
 */
export function copyTree(
  tree: unknown,
  where: string,
  most: number,
  leafOf: (leaf: unknown, path: string) => unknown,
): unknown {
  let left = most;
  const copy = (value: unknown, path: string, depth: number): unknown => {
    if (depth > DEEPEST)
      throw new RangeError(`${where}: lists lie deeper than ${DEEPEST} within each other`);
    left -= 1 + path.length;
    if (left < 0) throw new RangeError(`${where}: more values than its bytes can hold`);
    const inner = (item: unknown, key: unknown) => {
      const own = isPlain(key) ? String(key) : "?";
      return copy(item, depth > 0 ? `${path}.${own}` : own, depth + 1);
    };
    if (Array.isArray(value)) return value.map(inner);
    if (value instanceof Set) return new Set([...value].map(inner));
    if (!(value instanceof Map)) return leafOf(value, path);
    return new Map(
      [...value].map(([key, item]) => [isPlain(key) ? key : inner(key, key), inner(item, key)]),
    );
  };
  return copy(tree, "", 0);
}

const isPlain = (key: unknown): boolean => Object(key) !== key;
