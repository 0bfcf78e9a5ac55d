import type { FunctionComponent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { incomplete } from "../model.js";
import type { Section } from "../state.js";
import { useCommon } from "../text/texts.js";

type Menu = FunctionComponent<{ section: Section; heading: string }>;

/** The menu of a section: its figures and results as files, the code that does the same, and its frame. */
export function Share({ section, heading }: { section: Section; heading: string }) {
  const { share } = useCommon();
  const [shown, show] = useState<{ Menu: Menu } | null>(null);
  const box = useRef<HTMLDetailsElement>(null);
  const open = async (isOpen: boolean) => {
    if (!isOpen) return show(null); // drawn anew when it is opened again: other figures may be there
    try {
      show(await import("../share/menu.js"));
    } catch {
      incomplete.value = true;
    }
  };
  useEffect(() => {
    if (!shown) return undefined;
    const close = (event: Event) => {
      const isKey = event.type === "keydown";
      if (
        isKey
          ? (event as KeyboardEvent).key !== "Escape"
          : box.current?.contains(event.target as Node)
      )
        return;
      if (isKey && box.current?.contains(document.activeElement))
        box.current.querySelector("summary")?.focus();
      if (box.current) box.current.open = false;
    };
    addEventListener("keydown", close);
    addEventListener("pointerdown", close);
    return () => {
      removeEventListener("keydown", close);
      removeEventListener("pointerdown", close);
    };
  }, [shown]);
  return (
    <details class="share" ref={box} onToggle={(e) => open(e.currentTarget.open)}>
      <summary aria-label={`${share.name}: ${heading}`}>{share.name}</summary>
      {shown && <shown.Menu section={section} heading={heading} />}
    </details>
  );
}
