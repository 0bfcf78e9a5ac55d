import { corrections as all } from "../../../experiments/corrections.js";
import { useLab } from "../../text/texts.js";

/** The experiments whose corrections the laboratory shows. */
export const corrected = ["gradients", "running-stats", "padding", "transformer", "style"] as const;

const correctionsOf = (experiment: (typeof corrected)[number]) =>
  all.filter(({ shownBy }) => shownBy.includes(experiment));

/** What the tutorials say of what an experiment shows, and what is right. */
export function Tutorials({ of }: { of: (typeof corrected)[number] }) {
  const { lab, corrections } = useLab();
  // in a page of several files these texts stand in the document alone
  if (Object.keys(corrections).length === 0)
    return <div class="tutorials" dangerouslySetInnerHTML={{ __html: "" }} />;
  return (
    <div class="tutorials">
      <h3>{lab.tutorials}</h3>
      <dl>
        {correctionsOf(of).map(({ id }) => (
          <div key={id}>
            <dt>
              <span class="what">{lab.said}</span> {corrections[id].claim}
            </dt>
            <dd>
              <span class="what">{lab.right}</span> {corrections[id].truth}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
