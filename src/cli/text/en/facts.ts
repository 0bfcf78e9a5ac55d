import { TOO_SHORT } from "../../../show/words.js";

/** Settings and facts of the machine. */
export const facts = {
  /** Keys in camelCase become words. */
  key: (key: string) => key.replace(/(?<=[a-z0-9])([A-Z])/g, " $1").toLowerCase(),
  value: (value: string) => value,
  yes: "yes",
  no: "no",
  none: "none",
  quick: `yes: ${TOO_SHORT}`,
  /** What a missing setting means. */
  batch1Samples: "as many as the main run",
  steps: "those of the epochs",
} as const;
