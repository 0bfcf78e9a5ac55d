// The state that everything on the page is drawn from. Components read signals, and are drawn again when these change.
import { computed, signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { InfluenceRow } from "../experiments/influence.js";
import type { Sight } from "../experiments/see.js";
import { type DocumentName, defaults, type State } from "./state.js";

/** What is computed while the page is built, and stands in its first document before any script runs. */
export interface PageData {
  /** MathML of each method's formula. */
  formulas: Readonly<Record<string, string>>;
  sight: Sight;
  influence: readonly InfluenceRow[];
  /** The output after the usual disturbance. */
  disturbed: ArrayLike<number>;
}

export const state = signal<State>(defaults);

/** The document that is shown. It changes only where one file holds them all. */
export const shownDocument = signal<DocumentName>("main");

/** Changes some of the state. */
export function change(patch: Partial<State>): void {
  repaired.value = []; // the visitor goes on from there
  state.value = { ...state.value, ...patch };
}

/** One value of the state: who reads it is drawn again only when this value changes. */
export const slice = <K extends keyof State>(key: K) => computed(() => state.value[key]);

/** Some of the state, for a component: it is drawn again only when one of these values changes. */
export function useFields<K extends keyof State>(...keys: K[]): Pick<State, K> {
  const fields = useMemo(() => keys.map((key) => [key, slice(key)] as const), []);
  return Object.fromEntries(fields.map(([key, { value }]) => [key, value])) as Pick<State, K>;
}

/** Names of values of a link that were wrong. */
export const repaired = signal<readonly string[]>([]);

/** Whether the program of some section could not be loaded. */
export const incomplete = signal(false);

/** Why the engine does not work here; empty while it does. */
export const broken = signal("");
