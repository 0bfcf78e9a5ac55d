import { useSignal } from "@preact/signals";
import { Refusal } from "../../engine/client.js";
import { change, state, useFields } from "../../model.js";
import { Chart } from "../../parts/chart.js";
import { Complaint, Slider } from "../../parts/fields.js";
import { useOwnId } from "../../parts/late.js";
import { Said } from "../../parts/said.js";
import { Section } from "../../parts/section.js";
import { refusalText } from "../../refusals.js";
import { runsOf, useResult } from "../../share/figures.js";
import { limits, type State, variantNames, wordsOf } from "../../state.js";
import { useLab } from "../../text/texts.js";
import { useExperiment } from "../experiment.js";
import { RunButtons } from "../parts/run-buttons.js";
import { Several } from "../parts/several.js";
import { lastOf, shown } from "../parts/shown.js";
import { Steps } from "../parts/steps.js";
import { Tutorials } from "../parts/tutorials.js";
import { curveOf, lookOf, type Net, placeSettings, RATES, recordedNets, STEPS } from "./nets.js";

export function Place() {
  const { place: texts, lab, common } = useLab();
  const nets = useSignal(recordedNets);
  const text = useSignal("");
  const experiment = useExperiment<"transformer">();
  useResult("place", () => runsOf(experiment));
  const { variants, layers, placeRate, warmup } = useFields(
    ...(["variants", "layers", "placeRate", "warmup"] as const),
  );
  const textId = useOwnId();

  const start = () => {
    const settings = placeSettings(state.value);
    const own = text.value.trim();
    const known = new Map<string, Net & { losses: number[] }>();
    for (const variant of settings.variants ?? [])
      known.set(variant, {
        variant,
        gradients: [],
        curve: [],
        heldOut: Number.NaN,
        sample: "",
        losses: [],
      });
    const draw = () => {
      nets.value = [...known.values()].map((net) => ({ ...net, curve: curveOf(net.losses) }));
    };
    draw();
    experiment.start(
      { name: "transformer", settings, controls: {}, ...(own && { data: own }) },
      {
        hear(events) {
          for (const { variant = "", loss, gradientNorms } of events) {
            const net = known.get(variant);
            if (loss !== undefined) net?.losses.push(loss);
            if (net && gradientNorms) net.gradients = gradientNorms;
          }
          draw();
        },
        end(runs) {
          for (const { variant, heldOut, sample } of runs)
            Object.assign(known.get(variant) ?? {}, { heldOut, sample });
          draw();
        },
      },
    );
  };
  /** What cannot be changed in a run that is under way begins it anew. */
  const restart = (patch: Partial<State>) => {
    change(patch);
    if (experiment.isUnderWay) start();
  };

  const isFailed = experiment.status.value === "failed";
  const refused = isFailed && experiment.error instanceof Refusal ? experiment.error : null;
  const lossOf = ({ curve, heldOut }: Net) =>
    shown(Number.isNaN(heldOut) ? lastOf(curve) : heldOut);
  const list = (read: (net: Net) => string) =>
    nets.value.map((net) => texts.each(net.variant, read(net))).join(lab.comma);
  const isDone = nets.value.every(({ heldOut }) => !Number.isNaN(heldOut));
  const told = isDone ? texts.heldOut(list(lossOf)) : texts.now(list(lossOf));
  const steepness = ({ gradients }: Net) => shown(gradients[gradients.length - 1] / gradients[0]);
  const measured = texts.measured(list(steepness));
  const losses = nets.value.flatMap(({ curve }) => curve.map(([, y]) => y)).filter(Number.isFinite);
  const norms = nets.value.flatMap(({ gradients }) => gradients);
  const blocks = Math.max(2, ...nets.value.map(({ gradients }) => gradients.length));
  const written = nets.value.filter(({ sample }) => sample);
  return (
    <Section name="place" heading={texts.heading} lead={texts.lead}>
      <div class="levers">
        <div class="main-lever">
          <Steps
            label={lab.rate}
            values={RATES}
            value={placeRate}
            change={(rate) => {
              change({ placeRate: rate });
              experiment.turn({ lr: rate });
            }}
          />
        </div>
        <RunButtons experiment={experiment} start={start} isSaid={refused !== null} />
      </div>
      <details class="more" open={refused !== null}>
        <summary>{common.more}</summary>
        <div class="levers">
          <Several
            label={texts.variants}
            values={wordsOf(variants)}
            options={variantNames.map((name) => [name, texts.names[name]] as const)}
            change={(names) => restart({ variants: names.join(" ") })}
          />
          <Slider
            label={texts.layers}
            value={layers}
            least={limits.layers[0]}
            most={limits.layers[1]}
            change={(value) => restart({ layers: value })}
          />
          <Slider
            label={texts.warmup}
            value={warmup}
            least={limits.warmup[0]}
            most={limits.warmup[1]}
            step={10}
            change={(value) => restart({ warmup: value })}
          />
        </div>
        <div class="field">
          <label for={textId}>{texts.text}</label>
          <textarea
            id={textId}
            rows={3}
            value={text.value}
            aria-invalid={refused !== null}
            onInput={(e) => {
              text.value = e.currentTarget.value;
            }}
          />
          <p class="hint">{texts.textHint}</p>
          {refused && <Complaint text={refusalText(refused, common)} />}
        </div>
      </details>
      <div class="charts two">
        <div>
          <Chart
            title={texts.training}
            summary={told}
            lines={nets.value.map(({ variant, curve }) => ({
              ...{ name: variant, label: variant, points: curve, look: lookOf(variant) },
            }))}
            x={[0, STEPS]}
            y={[Math.floor(Math.min(2, ...losses)), Math.ceil(Math.max(4, ...losses))]}
            xLabel={lab.step}
          />
          <p class="hint">{told}</p>
        </div>
        <div>
          <Chart
            title={texts.gradients}
            summary={measured}
            lines={nets.value.map(({ variant, gradients }) => ({
              ...{ name: variant, label: variant, look: lookOf(variant) },
              points: gradients.map((g, i) => [i + 1, g] as const),
            }))}
            x={[1, blocks]}
            y={[0, Math.max(1, ...norms)]}
            xLabel={texts.block}
          />
          <p class="hint">{measured}</p>
        </div>
      </div>
      <Said text={experiment.isUnderWay ? "" : told} />
      {written.length > 0 && (
        <>
          <h3>{texts.writes}</h3>
          <dl class="written">
            {written.map(({ variant, sample }) => (
              <div key={variant}>
                <dt>{variant}</dt>
                <dd>
                  <code>{sample}</code>
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <Tutorials of="transformer" />
    </Section>
  );
}
