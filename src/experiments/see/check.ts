import { checkNorm } from "../../nn/create-norm.js";
import { sizeOf } from "../../shape.js";
import { type Method, methodFamilies } from "../methods/index.js";
import type { SeeConfig } from "../see.js";

/** The spec with its number: the given or the usual one, or of that as much as divides the channels where it must. */
export function withNumber(norm: string, { argument }: Method, channels: number): string {
  if (!argument || norm.includes(":")) return norm;
  let number = argument.usual(channels);
  while (argument.divides && channels % number !== 0) number--;
  return `${norm}:${number}`;
}

/** The method that is meant, and the name of its family. Throws RangeError for settings that cannot be. */
export function checkSettings({ norm, shape, values, seed, training, seen }: SeeConfig): {
  method: Method;
  family: string;
} {
  const refuse = (expected: string, got: unknown): never => {
    throw new RangeError(`see: expected ${expected}, got ${got}`);
  };
  const [name] = String(norm).includes("+") ? [] : String(norm).split(":");
  const rows = methodFamilies().flatMap(({ name: family, methods }) =>
    methods.map((method) => ({ method, family })),
  );
  const row = rows.find(({ method }) => method.name === name);
  if (!row) {
    const known = rows.map(({ method }) => method.name).join(", ");
    return refuse(`norm to be one method, with or without its number, of ${known}`, `"${norm}"`);
  }
  const whole = Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length));
  if (!whole || shape.length !== 4 || shape.some((length) => length < 1))
    refuse("shape to be four positive integers", `[${shape}]`);
  if (row.method.make) checkNorm(withNumber(norm, row.method, shape[1]), shape[1], "see");
  else if (norm !== name) refuse(`no number behind "${name}"`, `"${norm}"`);
  const wrong = values === null ? -1 : Array.from(values).findIndex((x) => !Number.isFinite(x));
  if (wrong >= 0) refuse("values that are finite numbers", `${values?.[wrong]} at index ${wrong}`);
  if (values !== null && values.length !== sizeOf(shape))
    refuse(`${sizeOf(shape)} values for the shape [${shape}]`, values.length);
  const sample = sizeOf(shape.slice(1));
  if (seen && (seen.length % sample !== 0 || seen.length === 0 || !seen.every(Number.isFinite)))
    refuse(`seen to be samples of ${sample} finite numbers`, `[${seen}]`);
  if (!Number.isSafeInteger(seed)) refuse("seed to be an integer", seed);
  if (typeof training !== "boolean") refuse("training to be true or false", training);
  return row;
}
