import type { PageData } from "../model.js";
import { Section } from "../parts/section.js";
import { useTexts } from "../text/texts.js";

export function Train(_props: { data: PageData }) {
  const texts = useTexts().train;
  return (
    <Section name="train" heading={texts.heading} lead={texts.lead}>
      <p />
    </Section>
  );
}
