/**
 * The interpreter of every adapter. `operations` are the library's own, by PyTorch's names. `values` holds the leaves
 * at first.
 */
export function interpret({ steps, result }, operations, values) {
  const at = new Map(Object.entries(values));
  for (const { op, inputs, options, name } of steps) {
    if (!operations[op]) throw new Error(`no ${op}`);
    at.set(name, operations[op](options, ...inputs.map((input) => at.get(input))));
  }
  return at.get(result);
}

/** The product of a shape. */
export const sizeOf = (shape) => shape.reduce((size, length) => size * length, 1);
