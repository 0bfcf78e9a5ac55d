import type { Advice, Step } from "../../experiments/choose.js";
import { adviceKey } from "../../text/keys.js";
import { methodOf, raceOf } from "../answers.js";
import { change, state } from "../model.js";
import { Code } from "../parts/copy.js";
import type { Section } from "../state.js";
import { useTexts } from "../text/texts.js";

/** The sections that show what an experiment shows. */
const sectionOf: Readonly<Record<string, Section>> = {
  compare: "train",
  layers: "see",
  influence: "break",
  "running-stats": "statistics",
  gradients: "depth",
  padding: "padding",
  transformer: "place",
  style: "style",
};

export function AdviceCard(props: {
  advice: Advice;
  path: readonly Step[];
  norms: ReadonlySet<string>;
  /** The number of samples that was answered. */
  batch: number | undefined;
}) {
  const { choose, tree } = useTexts();
  const { advice, path, norms, batch } = props;
  const { norm, reason, caveat } = tree.advice[adviceKey(path)];
  const method = methodOf(advice);
  const breaks = method !== null && norms.has(method);
  const shown = [...new Set([...advice.shownBy, "layers", ...(breaks ? ["influence"] : [])])];
  const name = (experiment: string) =>
    choose.shownBy[experiment as keyof typeof choose.shownBy] ?? experiment;
  const choice = method ? { method, number: 0, ...(breaks && { norm: method }) } : {};
  /** What a link sets: the method, where it can be; of Train, that it trains along. */
  const set = (experiment: string) =>
    change({
      ...choice,
      ...(experiment === "compare" && raceOf(advice, batch, breaks ? method : null, state.value)),
    });
  return (
    <div class="card advice">
      <h3>
        <span class="what">{choose.advice}</span> {norm}
      </h3>
      <p>{reason}</p>
      <p>
        <span class="what">{choose.but}</span>
        {caveat}
      </p>
      <Code label={choose.code} text={advice.code} />
      <h4>{choose.shown}</h4>
      <ul class="shown">
        {shown.map((experiment) => (
          <li key={experiment}>
            <a href={`#${sectionOf[experiment]}`} onClick={() => set(experiment)}>
              {name(experiment)}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
