// Which numbers share a statistic with the one pointed at, in every figure at once.
import { computed, type ReadonlySignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import type { Sight } from "../../experiments/see.js";
import { dependsOn } from "../../experiments/sets.js";
import { sizeOf } from "../../shape.js";

export interface Lit {
  /** The number pointed at. */
  at: number;
  /** All whose input enters its output, itself included. */
  members: ReadonlySet<number>;
}

/** What enters the output at `at`. In evaluation the running averages stand in the place of the others. */
export function litBy({ shape, sets, argument, running }: Sight, at: number): Lit {
  const size = sizeOf(shape);
  const patterns = running ? [] : (sets ?? []);
  const enters = dependsOn(patterns, shape, argument);
  const members = new Set<number>();
  for (let i = 0; i < size; i++) if (enters(at, i)) members.add(i);
  return { at, members };
}

export const litSignal = (
  sight: ReadonlySignal<Sight>,
  at: ReadonlySignal<number>,
): ReadonlySignal<Lit> =>
  computed(() => litBy(sight.value, Math.min(at.value, sizeOf(sight.value.shape) - 1)));

/** The classes of an element that is drawn. */
export const classOf = (i: number, { at, members }: Lit): string =>
  i === at ? " lit at" : members.has(i) ? " lit" : "";

/**
 * Keeps the classes of the drawn elements, which have their index in `data-i`; `ghost` is what would hide a lit one
 * behind it. Only classes change when the pointer moves: drawing 480 elements anew would take longer than a frame.
 */
export function useLit(ref: RefObject<Element | null>, lit: ReadonlySignal<Lit>): void {
  useSignalEffect(() => {
    const { at, members } = lit.value;
    const elements = [...(ref.current?.querySelectorAll<HTMLElement>("[data-i]") ?? [])];
    const indices = elements.map((element) => Number(element.dataset.i));
    const depths = elements.map((element) => Number(element.dataset.n ?? 0));
    const deepest = Math.max(...depths.filter((_, k) => members.has(indices[k])));
    elements.forEach((element, k) => {
      const [i, isLit] = [indices[k], members.has(indices[k])];
      element.classList.toggle("lit", isLit);
      element.classList.toggle("at", i === at);
      element.classList.toggle("ghost", !isLit && depths[k] < deepest);
      // the one stop of the Tab key goes along
      if (element.hasAttribute("tabindex") && (element.tabIndex === 0) !== (i === at))
        element.tabIndex = i === at ? 0 : -1;
    });
  });
}
