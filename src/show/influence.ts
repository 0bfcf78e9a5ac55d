// Who pays, as cells of a table.
import type { Disturbance, Influence } from "../experiments/influence.js";

/** What the disturbances are called. */
export const disturbanceTitles: Record<Disturbance, string> = {
  outlier: "an outlier",
  alone: "alone in the batch",
  constant: "a constant channel",
  shift: "a large mean",
  scale: "scaled",
  padding: "half padded",
};

const percent = (share: number) => `${Math.round(100 * share)}`;

/** "12 / 13 %": of the own sample's outputs, and of the others'. */
export function influenceCell({ own, others }: Influence): string {
  if (own === null) return "refused";
  return others === null ? `${percent(own)} %` : `${percent(own)} / ${percent(others)} %`;
}
