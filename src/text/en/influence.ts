import { parts as allParts, type Part } from "../../experiments/influence/disturb.js";
import { disturbanceTitles, influenceCell } from "../../show/influence.js";

/** What is wrong with one sample. */
export const disturbances = disturbanceTitles;

/** What may be shifted or scaled. */
export const parts = Object.fromEntries(allParts.map((part) => [part, part])) as Record<
  Part,
  string
>;

/** The other words of the table: the heads of its columns, and the cell of a norm that refuses. */
export const words = {
  shift: "not moved by a shift of",
  scale: "not moved by a scaling of",
  refused: influenceCell({ own: null, others: null }),
};
