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

interface Convolution {
  weight: { shape: readonly number[] };
  bias: unknown;
  stride: unknown;
  padding: unknown;
  outputPadding?: unknown;
  paddingMode?: unknown;
  dilation: unknown;
  groups: number;
}

/** The arguments of a convolution. Defaults are left out, except the stride. */
export function convolutionRepr(layer: Convolution, [from, to]: [number, number]): string[] {
  const { weight, bias, groups } = layer;
  const kernel = weight.shape.slice(2);
  const sides = (value: unknown) =>
    python(typeof value === "number" ? kernel.map(() => value) : value);
  const parts = [`${from}`, `${to}`];
  parts.push(`kernel_size=${python(kernel)}`, `stride=${sides(layer.stride)}`);
  const usual = { padding: 0, dilation: 1, outputPadding: 0 };
  for (const [name, value] of Object.entries(usual)) {
    const own = layer[name as keyof typeof usual];
    if (own !== undefined && sides(own) !== sides(value))
      parts.push(`${snakeCase(name)}=${sides(own).replaceAll("'", "")}`);
  }
  if (groups !== 1) parts.push(`groups=${groups}`);
  if (!bias) parts.push("bias=False");
  if ((layer.paddingMode ?? "zeros") !== "zeros") parts.push(`padding_mode=${layer.paddingMode}`);
  return parts;
}
