// Options are closed. An unknown option, or one of the wrong type, is an error and is never ignored.

type Kind = "number" | "boolean" | "string" | "function" | "null";

/**
 * The types an option may have: the names that `typeof` gives, null, and classes (a class goes first). Whoever uses a
 * tensor or an array checks its contents.
 */
export type Rule =
  | Kind
  | `${Kind}|${Kind}`
  | Objects
  | `${Objects}|${Kind}`
  | "Array|number|string";
type Objects = "Tensor" | "Array" | "Runtime" | "Generator" | "Object";

/**
 * All options of an operation or layer by name. An option with a few possible words or numbers lists them here.
 * undefined means "not given" everywhere.
 */
export type Rules<O> = { readonly [K in keyof O]-?: Rule | readonly (string | number)[] };

/**
 * Gives `options` back, if they are an object of options that `rules` know. Throws TypeError, with a guess of the name
 * that was meant, and RangeError for a value outside a list.
 * The check takes about 20 ns for each option and allocates nothing.
 */
export function checkOptions<O extends object>(op: string, options: O, rules: Rules<O>): O {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw notOptions(op, options, rules);
  for (const name in options) {
    const rule = rules[name];
    const value = options[name];
    if (typeof value === rule) continue;
    const kind = Array.isArray(rule) ? typeof rule[0] : rule;
    if (typeof kind !== "string") throw unknown(op, name, options, rules);
    if (value === undefined) continue;
    if (!fits(value, kind)) {
      const wanted = kind.replaceAll("|", " or ");
      throw new TypeError(`${op}: expected ${name} to be ${wanted}, got ${describe(value)}`);
    }
    if (kind !== rule && !rule.includes(value as string))
      throw new RangeError(`${op}: expected ${name} ${oneOf(rule as string[])}, got ${value}`);
  }
  return options;
}

/** A member that only objects of this class have. */
const marks: Record<string, string> = { Runtime: "allocate", Generator: "uniform" };

/** Only the name of a class begins with a capital. */
function fits(value: unknown, rule: string): boolean {
  if (typeof value !== "object") return rule.includes(typeof value);
  if (value === null) return rule.endsWith("null");
  return rule < "a" && (marks[rule] ?? "constructor") in value;
}

const oneOf = (words: readonly string[]) =>
  words
    .map(describe)
    .join(", ")
    .replace(/, (?!.*,)/, " or ");

const listed = (rules: object) => Object.keys(rules).join(", ") || "it takes none";

/**
 * A value as an error message shows it. An object is shown by its class, and a class or function by its name. A bigint
 * ends in n, for nothing else tells it from the number that belongs there.
 */
export function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function")
    return `the ${/^class\b/.test(String(value)) ? "class" : "function"} ${value.name}`.trim();
  if (value instanceof Promise) return "a Promise: await it";
  if (typeof value !== "object" || value === null) return String(value);
  return value.constructor?.name || "an object";
}

function notOptions(op: string, value: unknown, rules: object): TypeError {
  const options = Object.keys(rules).length > 0 ? `options { ${listed(rules)} }` : "no options";
  return new TypeError(`${op}: expected ${options}, got ${describe(value)}`);
}

function unknown(op: string, name: string, options: object, rules: object): TypeError {
  // Another argument stands in the place of the options: without this check its fields would be reported one by one.
  if (typeof options.constructor === "function" && options.constructor !== Object)
    return notOptions(op, options, rules);
  if (name === "mask") return noMask(op);
  const meant = nearest(name, Object.keys(rules));
  const hint = meant ? `; did you mean "${meant}"?` : "";
  return new TypeError(`${op}: no option "${name}"${hint} (${listed(rules)})`);
}

/** The error of operations that cannot tell padding from data. */
export const noMask = (op: string): TypeError =>
  new TypeError(
    `${op}: takes no mask; give it the valid positions alone, or use batchNorm or instanceNorm`,
  );

/** The names of these options in other libraries. */
const synonyms: Record<string, string> = {
  gamma: "weight",
  beta: "bias",
  axis: "dim",
  axes: "dim",
};

/**
 * The name that is probably meant: the nearest one. A name is near if it differs only in case and _, if one is the
 * beginning of the other, if it is the initials, or if it has one or two typing errors.
 */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const plain = (word: string) => word.replace(/_/g, "").toLowerCase();
  const given = plain(name);
  const initials = name.match(/^[a-z]|[A-Z]|(?<=_)[a-z]/g)?.join("");
  const score = (known: string) => {
    const other = plain(known);
    if (synonyms[given] === known) return 0;
    const away = distance(given, other);
    const begins = given.startsWith(other) || other.startsWith(given);
    const meant = begins || other === plain(initials ?? "");
    return meant || away <= Math.max(1, name.length / 4) ? away : Infinity;
  };
  const [best] = names
    .map((known) => ({ known, away: score(known) }))
    .sort((a, b) => a.away - b.away);
  return best && best.away < Infinity ? best.known : undefined;
}

/** The number of letters to insert, leave out, replace or swap with the next one (Damerau and Levenshtein). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const swapped = a[i] === b[j - 1] && a[i - 1] === b[j] ? before[j - 1] + 1 : Infinity;
      next.push(Math.min(next[j] + 1, row[j + 1] + 1, row[j] + Number(a[i] !== b[j]), swapped));
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}

/**
 * @internal Gives what `fn` returns, and refuses a promise: the call around it would be over before the promise is
 * done.
 */
export function synchronously<T>(op: string, fn: () => T): T {
  const expected = `${op}: expected a synchronous function`;
  if (typeof fn !== "function") throw new TypeError(`${expected}, got ${describe(fn)}`);
  const result = fn();
  if (typeof (result as { then?: unknown } | null | undefined)?.then === "function")
    throw new TypeError(`${expected}, got one that returns a promise`);
  return result;
}
