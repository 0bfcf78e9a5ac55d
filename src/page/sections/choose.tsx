import { Section } from "../parts/section.js";
import { useTexts } from "../text/texts.js";

export function Choose() {
  const texts = useTexts().choose;
  return (
    <Section name="choose" heading={texts.heading} lead={texts.lead}>
      <p />
    </Section>
  );
}
