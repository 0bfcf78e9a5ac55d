import type { PageData } from "../model.js";
import { Section } from "../parts/section.js";
import { useTexts } from "../text/texts.js";

export function BreakIt(_props: { data: PageData }) {
  const texts = useTexts().breakIt;
  return (
    <Section name="break" heading={texts.heading} lead={texts.lead}>
      <p />
    </Section>
  );
}
