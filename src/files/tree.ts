/** How deep lists and dictionaries may lie within each other. No checkpoint comes near it. */
const DEEPEST = 200;

/**
 * The leaves of a tree of Maps and arrays, with the keys on the way to them joined by dots. A pickle can refer to one
 * list in many places, so that a small file would have more leaves than memory: `most` of them are given. Throws
 * RangeError for a tree that is larger or contains itself, and for a key that is there twice.
 */
export function leavesOf(tree: unknown, where: string, most: number): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  let left = most;
  const visit = (value: unknown, path: string, depth: number) => {
    if (depth > DEEPEST)
      throw new RangeError(`${where}: lists lie deeper than ${DEEPEST} within each other`);
    left -= 1 + path.length;
    if (left < 0) throw new RangeError(`${where}: more values than its bytes can hold`);
    if (value instanceof Map || Array.isArray(value)) {
      for (const [key, item] of value.entries())
        visit(item, depth > 0 ? `${path}.${plain(key)}` : plain(key), depth + 1);
    } else if (leaves.has(path)) {
      throw new RangeError(`${where}: two values have the key "${path.slice(0, 100)}"`);
    } else leaves.set(path, value);
  };
  visit(tree, "", 0);
  return leaves;
}

const plain = (key: unknown): string => (Object(key) === key ? "?" : String(key));
