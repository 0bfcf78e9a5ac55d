import { useComputed, useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { disturbances } from "../../experiments/influence/disturb.js";
import { breakage } from "../breakage.js";
import { Refusal } from "../engine/client.js";
import { call } from "../engine/engine.js";
import { change, type PageData, state, useFields } from "../model.js";
import { Choice, Complaint, Slider } from "../parts/fields.js";
import { useLatest } from "../parts/latest.js";
import { MethodLevers } from "../parts/method-levers.js";
import { Section } from "../parts/section.js";
import { refusalText } from "../refusals.js";
import { defaults, limits, nameOf, type State } from "../state.js";
import { useTexts } from "../text/texts.js";
import { BreakFigure, shownOf } from "./break-figure.js";
import { InfluenceTable } from "./influence-table.js";

type Broken = Pick<State, "norm" | "disturbance" | "outlier">;

/** What is asked for: the outlier matters only where there is one. */
const question = ({ norm, disturbance, outlier }: Broken): string =>
  JSON.stringify({
    norm,
    disturbance,
    outlier: disturbance === "outlier" ? outlier : defaults.outlier,
  });

export function BreakIt({ data }: { data: PageData }) {
  const { breakIt, influence, common } = useTexts();
  const whole = data.sight;
  const names = new Set(data.influence.map(({ norm }) => nameOf(norm)));
  const before = useRef({ norm: defaults.norm, output: whole.output as ArrayLike<number> });
  const shown = useSignal(shownOf(whole, defaults, whole.output, data.disturbed));
  const refused = useSignal<unknown>(null);
  const asked = useComputed(() => question(state.value));
  const ask = async (args: string) => {
    const wanted: Broken = JSON.parse(args);
    const { norm } = wanted;
    if (!names.has(nameOf(norm))) throw new Refusal(`unknown norm "${norm}"`);
    const { shape, input } = whole;
    const [undisturbed, { output }] = await Promise.all([
      before.current.norm === norm
        ? before.current
        : call("see", { norm, shape, values: Array.from(input) }),
      call("see", breakage(whole, wanted).args),
    ]);
    before.current = { norm, output: undisturbed.output };
    return shownOf(whole, wanted, undisturbed.output, output);
  };
  useLatest(
    asked,
    ask,
    {
      take(result) {
        refused.value = null;
        shown.value = result;
      },
      refuse(error) {
        refused.value = error;
      },
    },
    question(defaults),
  );
  const { norm, disturbance, outlier } = useFields("norm", "disturbance", "outlier");
  const [least, most] = limits.outlier;
  // the same element each time, so that dragging does not draw the table anew
  const table = useMemo(() => <InfluenceTable first={data.influence} />, [data]);
  return (
    <Section name="break" heading={breakIt.heading} lead={breakIt.lead}>
      <MethodLevers
        value={nameOf(norm)}
        names={names}
        change={(name) => change({ norm: name, method: name, number: 0 })}
      />
      <div class="lever">
        {disturbance === "outlier" ? (
          <Slider
            label={breakIt.value}
            value={outlier}
            {...{ least, most }}
            change={(value) => change({ outlier: value })}
          />
        ) : (
          <p>{breakIt.done[disturbance]}</p>
        )}
      </div>
      <details class="more" open={disturbance !== defaults.disturbance}>
        <summary>{breakIt.more}</summary>
        <Choice
          label={breakIt.disturbance}
          value={disturbance}
          options={disturbances.map((name) => [name, influence.disturbances[name]] as const)}
          change={(name) => change({ disturbance: name })}
        />
      </details>
      {refused.value !== null && <Complaint text={refusalText(refused.value, common)} />}
      <BreakFigure of={shown} />
      {table}
    </Section>
  );
}
