import { useComputed, useSignal } from "@preact/signals";
import { call } from "../../engine/engine.js";
import { change, state, useFields } from "../../model.js";
import { Chart } from "../../parts/chart.js";
import { Slider } from "../../parts/fields.js";
import { useLatest } from "../../parts/latest.js";
import { exact, percent } from "../../parts/numbers.js";
import { Said } from "../../parts/said.js";
import { Section } from "../../parts/section.js";
import { useResult, withMachine } from "../../share/figures.js";
import { defaults, limits } from "../../state.js";
import { useLab } from "../../text/texts.js";
import { Tutorials } from "../parts/tutorials.js";
import { Batch } from "./batch.js";
import type { PaddingData } from "./first.js";
import { type Asked, paddingSettings, type Shown } from "./lengths.js";

const question = ({ sentences, padded }: Asked) => JSON.stringify({ sentences, padded });

export function Padding({ first }: { first: PaddingData }) {
  const { padding: texts, lab, common } = useLab();
  const shown = useSignal<Shown>(first);
  useResult("padding", () => ("config" in shown.value ? withMachine(shown.value) : null));
  const asked = useComputed(() => question(state.value));
  useLatest(
    asked,
    (args) => call("padding", paddingSettings(JSON.parse(args) as Asked)),
    {
      take(result) {
        shown.value = result;
      },
      refuse() {}, // the page says by itself that the engine is broken
    },
    question(defaults),
  );
  const { sentences, padded } = useFields("sentences", "padded");
  const { words } = shown.value;
  const curve = shown.value.padded.slice(0, -1);
  const now = shown.value.padded[curve.length];
  const share = percent(now.share, common.percent);
  const changed = texts.changed(
    texts.norms.map((norm, k) => texts.changeOf(norm, exact(now.change[k]))).join(lab.comma),
  );
  const moments = texts.moments(
    ...([words.mean, now.mean, words.variance, now.variance].map(exact) as [
      string,
      string,
      string,
      string,
    ]),
  );
  const most = Math.max(1, ...curve.map(({ change }) => Math.ceil(10 * Math.max(...change)) / 10));
  return (
    <Section name="padding" heading={texts.heading} lead={texts.lead}>
      <div class="levers">
        <div class="main-lever">
          <Slider
            label={texts.length}
            value={padded}
            least={limits.padded[0]}
            most={limits.padded[1]}
            step={4}
            shown={texts.lengthShown(padded, share)}
            change={(value) => change({ padded: value })}
          />
        </div>
      </div>
      <details class="more">
        <summary>{common.more}</summary>
        <div class="levers">
          <Slider
            label={texts.sentences}
            value={sentences}
            least={limits.sentences[0]}
            most={limits.sentences[1]}
            step={4}
            change={(value) => change({ sentences: value })}
          />
        </div>
      </details>
      <div class="charts two">
        <div>
          <h3>{texts.batch}</h3>
          <Batch length={now.length} label={texts.batchLabel(now.length, share)} />
          <p class="hint">{moments}</p>
          <p class="hint">
            {texts.unrest(
              first.unrest.sentences,
              exact(first.unrest.independent),
              exact(first.unrest.alike),
            )}
          </p>
        </div>
        <div>
          <Chart
            title={texts.change}
            summary={changed}
            lines={[
              ...texts.norms.map((norm, look) => ({
                ...{ name: norm, label: norm, look },
                points: curve.map(({ length, change }) => [length, change[look]] as const),
              })),
              {
                ...{ name: "now", label: "", look: 7, faint: true },
                points: [
                  [now.length, 0],
                  [now.length, most],
                ],
              },
            ]}
            x={limits.padded}
            y={[0, most]}
            xLabel={texts.length}
            height={260}
          />
          <p class="hint">{changed}</p>
        </div>
      </div>
      <Said text={changed} />
      <Tutorials of="padding" />
    </Section>
  );
}
