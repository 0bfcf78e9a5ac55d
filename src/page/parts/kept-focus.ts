import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/**
 * Where the element that had the focus is gone from a box, the box's first button gets it: else it would be nowhere.
 * Looked for whenever `key` changes, or without one at each drawing.
 */
export function useKeptFocus(box: RefObject<HTMLElement | null>, key?: string): void {
  const had = useRef(false);
  had.current ||= box.current?.contains(document.activeElement) ?? false;
  useEffect(
    () => {
      if (had.current && document.activeElement === document.body)
        box.current?.querySelector("button")?.focus();
      had.current = false;
    },
    key === undefined ? undefined : [key],
  );
}
