import { corrections as all, articles, type Correction } from "../../experiments/corrections.js";

export { articles };

/** The English texts are those of the experiments. */
export const corrections: Readonly<Record<string, Pick<Correction, "claim" | "truth">>> =
  Object.fromEntries(all.map(({ id, claim, truth }) => [id, { claim, truth }]));
