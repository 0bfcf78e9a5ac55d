import type { Truth } from "../../experiments/truths.js";

/** The English claims are those of the experiments. */
export const truths = ({ claim }: Truth): string => claim;
