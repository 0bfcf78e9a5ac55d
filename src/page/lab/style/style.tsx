import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Picture } from "../../../experiments/pictures.js";
import { call } from "../../engine/engine.js";
import type { OwnPictures, Painted } from "../../engine/protocol.js";
import { change, state, useFields } from "../../model.js";
import { Chart } from "../../parts/chart.js";
import { Choice, Slider } from "../../parts/fields.js";
import { useNear } from "../../parts/near.js";
import { Said } from "../../parts/said.js";
import { Section } from "../../parts/section.js";
import { runsOf, useResult } from "../../share/figures.js";
import { painters, type State } from "../../state.js";
import { useLab } from "../../text/texts.js";
import { useExperiment } from "../experiment.js";
import { RunButtons } from "../parts/run-buttons.js";
import { lastOf, shown } from "../parts/shown.js";
import { Steps } from "../parts/steps.js";
import { Tutorials } from "../parts/tutorials.js";
import { PictureCanvas, savePng } from "./canvas.js";
import {
  curveOf,
  norms,
  recordedCurves,
  recordedFinals,
  STEPS,
  styleSettings,
  WEIGHTS,
} from "./nets.js";
import { OwnPicture } from "./own-picture.js";

type Pictures = Partial<Record<State["painter"], Picture>>;

export function Style() {
  const { style: texts, lab, common } = useLab();
  const own = useSignal<OwnPictures>({});
  const drawn = useSignal<Painted | null>(null);
  const pictures = useSignal<Pictures>({});
  const curves = useSignal(recordedCurves);
  const finals = useSignal(recordedFinals);
  const step = useSignal(0);
  const split = useSignal(0.5);
  const experiment = useExperiment<"style">();
  useResult("style", () => runsOf(experiment));
  const { painter, styleWeight } = useFields("painter", "styleWeight");

  const paintAtOnce = async () => {
    const asked = own.value;
    const painted = await call("adain", asked);
    if (asked !== own.value) return; // other pictures were chosen meanwhile
    drawn.value = painted;
    pictures.value = { adain: painted.painted };
  };
  const ignore = () => {}; // the page says by itself that the engine is broken
  const box = useRef<HTMLDivElement>(null);
  const isNear = useRef(false);
  useNear(box, () => {
    isNear.current = true;
    paintAtOnce().catch(ignore);
  });
  const take = (patch: OwnPictures) => {
    experiment.stop();
    own.value = { ...own.value, ...patch };
    const areDrawn = !own.value.content && !own.value.style;
    curves.value = areDrawn ? recordedCurves : norms.map(() => []); // no curve of other pictures
    finals.value = areDrawn ? recordedFinals : norms.map(() => Number.NaN);
    paintAtOnce().catch(ignore);
  };

  const start = () => {
    const losses = norms.map((): number[] => []);
    curves.value = norms.map(() => []);
    finals.value = norms.map(() => Number.NaN);
    step.value = 0;
    pictures.value = drawn.value ? { adain: drawn.value.painted } : {};
    if (painter === "adain") change({ painter: "in" });
    const settings = styleSettings(state.value.styleWeight);
    experiment.start(
      { name: "style", settings, controls: {}, data: own.value },
      {
        hear(events) {
          for (const { painter, losses: now, picture, step: at, done } of events) {
            const place = (norms as readonly string[]).indexOf(painter ?? "");
            if (now && !done) losses[place].push(now.style);
            if (now && done)
              finals.value = finals.value.map((final, i) => (i === place ? now.style : final));
            if (picture && painter && painter !== "none")
              pictures.value = { ...pictures.value, [painter]: picture };
            step.value = Math.max(step.value, at);
          }
          curves.value = losses.map(curveOf);
        },
      },
    );
  };

  useEffect(() => {
    if (experiment.status.value === "failed" && isNear.current) paintAtOnce().catch(ignore);
  }, [experiment.status.value]);

  const painted = pictures.value[painter] ?? null;
  const content = drawn.value?.content ?? null;
  const ends = norms
    .map((norm, i) => {
      const final = finals.value[i];
      const loss = Number.isNaN(final) ? lastOf(curves.value[i]) : final;
      return texts.lossOf(texts.painters[norm], shown(loss));
    })
    .join(lab.comma);
  const told = texts.told(ends);
  const most = Math.max(0.3, ...curves.value.flatMap((curve) => curve.map(([, y]) => y)));
  const percentage = Math.round(100 * split.value);
  return (
    <Section name="style" heading={texts.heading} lead={texts.lead}>
      <div class="levers">
        <Choice
          label={texts.painter}
          value={painter}
          options={painters.map((name) => [name, texts.painters[name]] as const)}
          change={(value) => change({ painter: value })}
        />
        <Steps
          label={texts.weight}
          values={WEIGHTS}
          value={styleWeight}
          change={(weight) => {
            change({ styleWeight: weight });
            experiment.turn({ styleWeight: weight });
          }}
        />
        <RunButtons experiment={experiment} start={start} />
      </div>
      {experiment.isUnderWay && (
        <p class="hint">
          <label>
            {texts.progress(step.value, STEPS)} <progress value={step.value} max={STEPS} />
          </label>
        </p>
      )}
      <div class="atelier" ref={box}>
        <OwnPicture
          label={texts.content}
          picture={content}
          isOwn={own.value.content !== undefined}
          take={(picture) => take({ content: picture })}
        />
        <OwnPicture
          label={texts.manner}
          picture={drawn.value?.style ?? null}
          isOwn={own.value.style !== undefined}
          take={(picture) => take({ style: picture })}
        />
        <div class="result">
          <h3>{texts.result(texts.painters[painter])}</h3>
          <PictureCanvas
            picture={painted ?? content}
            before={content}
            split={split.value}
            label={painted ? texts.result(texts.painters[painter]) : texts.none}
            move={(value) => {
              split.value = value;
            }}
          />
          <Slider
            label={texts.split}
            value={percentage}
            least={0}
            most={100}
            shown={`${percentage}${common.percent}`}
            change={(value) => {
              split.value = value / 100;
            }}
          />
          {!painted && painter !== "adain" && (
            <p class="hint">{experiment.isUnderWay ? texts.soon : texts.none}</p>
          )}
          <button
            type="button"
            disabled={!painted}
            onClick={() => painted && savePng(painted, `evenkeel-${painter}.png`)}
          >
            {texts.save}
          </button>
        </div>
      </div>
      <div class="charts two">
        <div>
          <Chart
            title={texts.loss}
            summary={told}
            lines={norms.map((norm, look) => ({
              ...{ name: norm, label: texts.painters[norm], points: curves.value[look], look },
            }))}
            x={[0, STEPS]}
            y={[0, Math.ceil(10 * most) / 10]}
            xLabel={lab.step}
            height={240}
          />
          <p class="hint">{told}</p>
        </div>
        <Tutorials of="style" />
      </div>
      <Said text={experiment.isUnderWay ? "" : told} />
    </Section>
  );
}
