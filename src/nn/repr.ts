// The text of layers, as PyTorch prints them.

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A value as Python prints it. */
export function python(value: unknown): string {
  if (Array.isArray(value)) {
    const [first, ...more] = value.map(python);
    return more.length > 0 ? `(${[first, ...more].join(", ")})` : `(${first},)`;
  }
  if (typeof value === "string") return `'${value}'`;
  if (value === null) return "None";
  const small = typeof value === "number" && Math.abs(value) < 1e-4 && value !== 0;
  return (small ? value.toExponential() : String(value))
    .replace(/^[tf]/, (letter) => letter.toUpperCase())
    .replace(/e([+-])(\d)$/, "e$10$2");
}

/** Options as named arguments, without those that are undefined. */
export const named = (options: object): string[] =>
  Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${snakeCase(name)}=${python(value)}`);

const pair = (value: unknown) => python(typeof value === "number" ? [value, value] : value);

interface Convolution {
  weight: { shape: readonly number[] };
  bias: unknown;
  stride: unknown;
  padding: unknown;
  outputPadding?: unknown;
  dilation: unknown;
  groups: number;
}

/** The arguments of a convolution. Defaults are left out, except the stride. */
export function convolutionRepr(layer: Convolution, [from, to]: [number, number]): string[] {
  const { weight, bias, stride, groups } = layer;
  const parts = [`${from}`, `${to}`];
  parts.push(`kernel_size=${python(weight.shape.slice(2))}`, `stride=${pair(stride)}`);
  const usual = { padding: "(0, 0)", dilation: "(1, 1)", outputPadding: "(0, 0)" };
  for (const [name, text] of Object.entries(usual)) {
    const value = layer[name as keyof typeof usual];
    if (value !== undefined && pair(value) !== text)
      parts.push(`${snakeCase(name)}=${pair(value)}`);
  }
  if (groups !== 1) parts.push(`groups=${groups}`);
  if (!bias) parts.push("bias=False");
  return parts;
}
