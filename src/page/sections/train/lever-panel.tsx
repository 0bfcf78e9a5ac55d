import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { change, useFields } from "../../model.js";
import { Choice, Complaint, Slider, Words } from "../../parts/fields.js";
import { useKeptFocus } from "../../parts/kept-focus.js";
import { presetSettings } from "../../preset-races.js";
import { refusalText } from "../../refusals.js";
import { limits, MOST_NORMS, normsOf, type Preset, presets, seedsOf } from "../../state.js";
import { type Texts, useTexts } from "../../text/texts.js";
import { drawnFor, pause, resume, run, setRate, step, stop, theRace, version } from "./control.js";
import { reading } from "./own-data.js";
import { OwnPictures } from "./own-pictures.js";

/** Step sizes, so that the slider goes in even steps of what they do. */
const RATES = [-5, -4, -3, -2, -1].flatMap((power) =>
  [1, 2, 3, 5].map((digit) => Number(`${digit}e${power}`)),
);
const rateAt = (lr: number): number =>
  RATES.reduce((best, rate, i) => (Math.abs(rate - lr) < Math.abs(RATES[best] - lr) ? i : best), 0);

/** What the race is run with, and the buttons that steer it. */
export function LeverPanel() {
  const texts = useTexts();
  const { train, common } = texts;
  const complaint = useSignal<((texts: Texts) => string) | null>(null);
  const isStarting = useSignal(false);
  const { preset, norms, lr, width, seeds } = useFields("preset", "norms", "lr", "width", "seeds");
  version.value; // drawn again when the race has changed
  const status = theRace()?.status ?? "idle";
  const isUnderWay = theRace()?.isUnderWay ?? false;

  const buttons = useRef<HTMLDivElement>(null);
  useKeptFocus(buttons, status);

  const start = async () => {
    if (isUnderWay || isStarting.value || reading.value) return;
    const count = normsOf(norms).length;
    complaint.value = null;
    if (count === 0) complaint.value = ({ train }) => train.noNorms;
    if (count > MOST_NORMS) complaint.value = ({ train }) => train.tooMany;
    if (!seedsOf(seeds)) complaint.value = ({ train }) => train.badSeeds;
    if (complaint.value) return;
    isStarting.value = true;
    await run().catch((error) => {
      complaint.value = ({ common }) => refusalText(error, common);
    });
    isStarting.value = false;
  };
  const choose = (next: Preset) => {
    const { norms, lr } = presetSettings[next];
    complaint.value = null;
    change({ preset: next, norms: norms.join(" "), lr });
  };
  const wrong = complaint.value && (seedsOf(seeds) ? "norms" : "seeds");
  const words = (name: "norms" | "seeds", label: string, value: string, hint: string) => (
    <Words
      {...{ name, label, value, hint, isWrong: name === wrong }}
      change={(text) => {
        complaint.value = null;
        change({ [name]: text });
      }}
      enter={start}
    />
  );
  return (
    <>
      <div class="levers">
        <Choice
          label={train.preset}
          value={preset}
          options={presets.map((name) => [name, train.presets[name]] as const)}
          change={choose}
        />
        <div class="buttons" ref={buttons}>
          {!isUnderWay && (
            <button
              type="button"
              class="main"
              onClick={start}
              disabled={isStarting.value || reading.value !== ""}
            >
              {drawnFor(preset).race ? train.again : train.run}
            </button>
          )}
          {status === "running" && (
            <button type="button" onClick={pause}>
              {train.pause}
            </button>
          )}
          {status === "paused" && (
            <>
              <button type="button" class="main" onClick={resume}>
                {train.resume}
              </button>
              <button type="button" onClick={step}>
                {train.step}
              </button>
            </>
          )}
          {isUnderWay && (
            <button type="button" onClick={stop}>
              {train.stop}
            </button>
          )}
        </div>
      </div>
      <p class="lesson">{train.lesson[preset]}</p>
      {reading.value && (
        <p class="hint" role="status">
          {train.reading(reading.value)}
        </p>
      )}
      {complaint.value && <Complaint text={complaint.value(texts)} />}
      <details class="more">
        <summary>{common.more}</summary>
        <div class="levers">
          {words("norms", train.norms, norms, train.normsHint)}
          <div>
            <Slider
              label={train.rate}
              value={rateAt(lr)}
              least={0}
              most={RATES.length - 1}
              shown={String(lr)}
              change={(i) => {
                change({ lr: RATES[i] });
                setRate(RATES[i]);
              }}
            />
            <p class="hint">{train.rateHint}</p>
          </div>
          <Slider
            label={train.width}
            value={width}
            least={limits.width[0]}
            most={limits.width[1]}
            step={4}
            change={(value) => {
              complaint.value = null;
              change({ width: value });
            }}
          />
          {words("seeds", train.seeds, seeds, train.seedsHint)}
        </div>
        <OwnPictures />
      </details>
    </>
  );
}
