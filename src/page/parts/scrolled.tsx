import type { ComponentChildren } from "preact";

/** What is wider than a phone scrolls by itself, by keys too. */
export const Scrolled = ({ label, children }: { label: string; children: ComponentChildren }) => (
  <section class="scroll" aria-label={label} tabIndex={0}>
    {children}
  </section>
);
