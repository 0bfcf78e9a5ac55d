import type { DescriptionsByName } from "../../experiments/methods/descriptions.js";
import { methodDescriptions } from "../../experiments/methods/descriptions.js";
import type { MethodTexts } from "../method-texts.js";

const rows = methodDescriptions.flatMap((family) => family.methods);

/** The English texts are those of the experiments. */
export const methods = Object.fromEntries(
  rows.map(({ name, title, statistics, learned, defaults }) => [
    name,
    { title, statistics, learned, defaults },
  ]),
) as Record<keyof DescriptionsByName, MethodTexts>;

export const families: Readonly<Record<string, string>> = Object.fromEntries(
  methodDescriptions.map(({ name, title }) => [name, title]),
);
