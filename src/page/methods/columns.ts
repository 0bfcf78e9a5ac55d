// What the table of methods is filtered by.
import type { methodDescriptions } from "../../experiments/methods/descriptions.js";
import type { Pattern } from "../../experiments/sets.js";
import type { State } from "../state.js";

type Row = (typeof methodDescriptions)[number]["methods"][number];
export type Learns = Exclude<State["learns"], "">;
type Pools = Exclude<State["pools"], "">;

/** The kind of what is learned, from its English text: only the build knows it. */
export const learnsOf = (learned: string): Learns =>
  /^nothing/.test(learned)
    ? "nothing"
    : /^γ, β( \[[^\]]*\]| of their shape)$/.test(learned)
      ? "affine"
      : /^(γ|g) [^,]*(,[^,]*Gemma.*)?$/.test(learned)
        ? "scale"
        : "more";

const axes = ({ samples, channels, positions }: Pattern): string[] => [
  ...(samples === "each" ? [] : [samples === "all" ? "N" : "N/P"]),
  ...(channels === "each" ? [] : [{ all: "C", group: "C/G", window: "C:n" }[channels]]),
  ...(positions === "each" ? [] : ["H, W"]),
];

/** The axes over which each statistic of a method is shared, such as "N, H, W"; empty where there is none. */
export function axesOf({ sets = [] }: Row): string {
  const all = sets.map((set) => axes(set).join(", "));
  return all.length > 1 ? all.map((each) => `(${each})`).join(" + ") : (all[0] ?? "");
}

/** Whether a method pools over an axis, over none, or acts on something else than activations. */
export function poolsOver({ sets }: Row, axis: Pools): boolean {
  if (!sets || sets.length === 0) return axis === (sets ? "none" : "other");
  const kind = { N: "samples", C: "channels", HW: "positions" } as const;
  return axis in kind && sets.some((set) => set[kind[axis as keyof typeof kind]] !== "each");
}

export interface Filters extends Pick<State, "dependence" | "learns" | "pools"> {}

/** Whether a method passes the filters. */
export const passes = (row: Row, learns: Learns | undefined, filters: Filters): boolean =>
  (!filters.dependence || row.batch === filters.dependence) &&
  (!filters.learns || learns === filters.learns) &&
  (!filters.pools || poolsOver(row, filters.pools));
