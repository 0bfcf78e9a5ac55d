import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Lane } from "../engine/lane.js";
import type { RaceStatus } from "../engine/race.js";
import { useFields } from "../model.js";
import { Chart } from "../parts/chart.js";
import { exact } from "../parts/numbers.js";
import { Section } from "../parts/section.js";
import { presetSettings } from "../preset-races.js";
import { useResult } from "../share/figures.js";
import { raceResult } from "../share/race-result.js";
import { useTexts } from "../text/texts.js";
import { Blocks } from "./train/blocks.js";
import {
  dismiss,
  drawnFor,
  goOn,
  isElsewhere,
  left,
  lookForLeft,
  version,
} from "./train/control.js";
import {
  accuracyLines,
  accuracyOf,
  firstSeed,
  identical,
  lossLines,
  lossOf,
  lossScale,
  means,
} from "./train/curves.js";
import { Lanes } from "./train/lanes.js";
import { LeverPanel } from "./train/lever-panel.js";
import { Pictures } from "./train/pictures.js";
import { loadRecord, recordedLanes, records } from "./train/records.js";

export function Train() {
  const { train, common } = useTexts();
  useEffect(() => void lookForLeft(), []);
  version.value; // drawn again when the race has changed
  const { preset: chosen } = useFields("preset");
  const { race, preset } = drawnFor(chosen);
  useResult("train", () => raceResult(race));
  useEffect(() => {
    for (const each of [chosen, preset]) void loadRecord(each);
  }, [chosen, preset]);
  const status = race?.status ?? "idle";
  const lanes: readonly Lane[] = race ? [...race.lanes] : recordedLanes(preset); // a new list: lanes change in place
  const { steps } = presetSettings[preset];
  const isLikeIt = race && !race.entry?.data && lanes.some(({ seed }) => seed === 0);
  const record = isLikeIt ? (records.value[preset] ?? []) : [];
  const { same, all } = identical(lanes, record);
  const begun = means(lanes).filter(({ losses }) => losses.length > 0);
  /** A chart in words: where each of its curves ends. */
  const summaryOf = (end: (lane: Lane) => string) =>
    train.summary(begun.map((lane) => train.endOf(lane.norm, end(lane))).join(train.comma));
  return (
    <Section name="train" heading={train.heading} lead={train.lead}>
      {left.value && (
        <p class="notice left" role="status">
          {train.left}{" "}
          <button type="button" class="main" onClick={goOn}>
            {train.goOn}
          </button>{" "}
          <button type="button" onClick={dismiss}>
            {train.dismiss}
          </button>
        </p>
      )}
      {isElsewhere.value && (
        <p class="notice" role="status">
          {train.elsewhere}
        </p>
      )}
      <LeverPanel />
      {race?.unsaved && <p class="hint">{train.unsaved(/quota/i.test(race.unsaved))}</p>}
      {chosen !== preset && (race?.isUnderWay || records.value[chosen]) && (
        <p class="notice" role="status">
          {train.otherCurves(train.presets[preset], train.presets[chosen])}
        </p>
      )}
      <div class="charts">
        <Chart
          title={train.loss}
          summary={summaryOf((lane) => exact(lossOf(lane)))}
          lines={lossLines(lanes, race !== null, record, common.percent)}
          x={[0, steps]}
          y={lossScale(lanes)}
          xLabel={train.steps}
        />
        <Chart
          title={train.accuracy}
          summary={summaryOf((lane) => accuracyOf(lane, common.percent))}
          lines={accuracyLines(lanes)}
          x={[0, steps]}
          y={[0, 100]}
          xLabel={train.steps}
          format={(y) => `${y}${common.percent}`}
        />
      </div>
      {all > 0 && (
        <p class="same">
          <strong>{train.identical(same, all)}</strong> {same === all && train.identicalWhy}
        </p>
      )}
      <Lanes lanes={lanes} status={status} />
      <Progress lanes={lanes} steps={steps} status={status} />
      <Pictures lanes={firstSeed(lanes)} data={race?.entry?.data} />
      <Blocks lanes={firstSeed(lanes)} />
    </Section>
  );
}

/** The least time between two announcements, in milliseconds. */
const SILENCE = 5000;

/** Where the race is, in a sentence; it changes seldom enough for those who listen. */
function Progress(props: { lanes: readonly Lane[]; steps: number; status: RaceStatus }) {
  const { train } = useTexts();
  const { lanes, steps, status } = props;
  const said = useSignal("");
  const when = useSignal(0);
  useEffect(() => {
    const now = performance.now();
    if (status !== "running" || now - when.value < SILENCE) return;
    when.value = now;
    const running = lanes.filter(({ losses }) => losses.length > 0);
    const [leader] = running.sort((a, b) => lossOf(a) - lossOf(b));
    const ended = lanes.filter(({ losses }) => losses.length >= steps).length;
    const done = lanes.reduce((sum, { losses }) => sum + losses.length, 0);
    if (leader)
      said.value = train.progress(ended, lanes.length, done, steps * lanes.length, leader.norm);
  });
  useEffect(() => {
    if (status === "done" || status === "stopped") said.value = train.status[status];
    if (status === "idle") said.value = "";
  }, [status, train]);
  return (
    <p class="hint" role="status">
      {said.value}
    </p>
  );
}
