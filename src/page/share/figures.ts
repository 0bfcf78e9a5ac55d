// What a section has to share beside what is drawn. Whoever draws registers it; the menu asks when it is opened.
import { useEffect } from "preact/hooks";
import type { Section } from "../state.js";
import { machineHere } from "./machine.js";

export type Cell = string | number;

/** The numbers of a figure, as rows with a head. */
export const rowsOf = new WeakMap<Element, () => Cell[][]>();

/** What a section has computed, in the form of the command's results.json; null while there is nothing. */
export const results = new Map<Section, () => object | null>();

/** A result with the machine that it was made with, as the command writes it. */
export const withMachine = <R extends object>(result: R | null) =>
  result && { ...result, machine: machineHere() };

/** The result of an experiment of which the page keeps the runs alone. */
export const runsOf = ({ settings, result }: { settings: object; result: object[] | null }) =>
  result && withMachine({ config: settings, runs: result });

/** Registers the numbers of a figure. */
export function useRows(figure: { current: Element | null }, rows: () => Cell[][]): void {
  useEffect(() => {
    if (figure.current) rowsOf.set(figure.current, rows);
  });
}

/** Registers the result of a section. */
export function useResult(section: Section, result: () => object | null): void {
  useEffect(() => {
    results.set(section, result);
  });
}
