import { normTable } from "../../nn/norm-table.js";
import { methodDescriptions } from "./descriptions.js";
import type { Description, Family, Method } from "./method.js";

export { methodDescriptions } from "./descriptions.js";
export type { Description, Family, Method } from "./method.js";

const whole = (description: Description): Method => ({
  ...normTable.find(({ name }) => name === description.name),
  ...description,
});

/**
 * Every normalisation of this library, by kind. A new one needs one more row in a file of this folder and one in
 * `nn.normTable`. Neither compiles alone.
 */
export const methodFamilies = (): Family<Method>[] =>
  methodDescriptions.map((family) => ({ ...family, methods: family.methods.map(whole) }));

/** The rows of all families. */
export const methods = (): Method[] => methodFamilies().flatMap((family) => family.methods);
