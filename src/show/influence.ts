// Who pays, as cells of a table.
import type { Disturbance, Influence, InfluenceRow } from "../experiments/influence.js";

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

/** "channel, plane": what a norm is invariant to; – for nothing. */
export const invariantCell = (parts: readonly string[]): string => parts.join(", ") || "–";

/** The head and the cells of a row. */
export const influenceHead: readonly string[] = [
  "norm",
  ...Object.values(disturbanceTitles),
  "shift of … is not noticed",
  "scale of …",
];

export const influenceCells = ({ norm, influences, invariant }: InfluenceRow): string[] => [
  norm,
  ...(Object.keys(disturbanceTitles) as Disturbance[]).map((name) =>
    influenceCell(influences[name]),
  ),
  invariantCell(invariant.shift),
  invariantCell(invariant.scale),
];
