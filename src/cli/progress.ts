import { SingleBar } from "cli-progress";
import type { Stage } from "../experiments/stage.js";
import { startedByMpi } from "./alone.js";
import type { Texts } from "./text/en/index.js";
import { padEnd } from "./width.js";

const LINE_EVERY = 10_000;
const NAME = 19;

export interface Display {
  show(stage: Stage): void;
  /** Puts the terminal back in order after a stop. */
  stop(): void;
}

/** Shows a bar for each stage on a terminal, and lines elsewhere. */
export const display = (out: NodeJS.WriteStream, texts: Texts): Display =>
  out.isTTY && startedByMpi() === 1 ? bars(out, texts) : lines(out, texts); // mpirun's terminal is often a file

/** Gives the seconds left of a stage and the steps a second, measured since its first step. */
function pacer(): (stage: Stage) => { rate: number; left: number } {
  let begin = 0;
  let first = 0;
  let name = "";
  return ({ stage, step, steps }) => {
    if (stage !== name) [name, begin, first] = [stage, performance.now(), step];
    const rate = (1000 * (step - first)) / Math.max(1e-3, performance.now() - begin);
    return { rate, left: rate > 0 ? (steps - step) / rate : 0 };
  };
}

const rateText = (rate: number, { common }: Texts) =>
  common.progress.rate(rate.toFixed(rate < 10 ? 1 : 0));

const leftText = (seconds: number, { common }: Texts) =>
  common.progress.left(common.duration(seconds));

function bars(stream: NodeJS.WriteStream, texts: Texts): Display {
  const { speech } = texts;
  const paceOf = pacer();
  let bar: SingleBar | null = null;
  let name = "";
  const stop = () => {
    bar?.stop();
    bar = null;
    name = "";
  };
  return {
    stop,
    show(event) {
      const { stage, step, steps, done = false } = event;
      const text = speech.told(event.text ?? "");
      const title = padEnd(speech.stage(stage), NAME);
      const { rate, left } = paceOf(event);
      if (name !== "" && stage !== name) stop();
      name = stage;
      if (!bar && steps > 0 && !(done && step === 0)) {
        bar = new SingleBar({
          stream,
          format: `${title} {bar} {percentage}%  {text}`,
          barsize: 20,
          barCompleteChar: "█",
          barIncompleteChar: "░",
          fps: 8,
          hideCursor: true,
          gracefulExit: false, // the experiment handles Ctrl-C and ends the bar
        });
        bar.start(steps, 0, { text: "" });
      }
      const pace = rate > 0 ? `  ${rateText(rate, texts)}  ${leftText(left, texts)}` : "";
      if (!done) {
        bar?.update(step, { text: text + pace });
        return;
      }
      bar?.update({ text });
      if (!bar) stream.write(`${title} ${text}\n`);
      stop();
    },
  };
}

function lines(stream: NodeJS.WriteStream, texts: Texts): Display {
  const { common, speech } = texts;
  const paceOf = pacer();
  let last = 0;
  let name = "";
  let end = ""; // the last step of a stage, as long as nothing was said after it
  const say = (text: string) => {
    stream.write(`${text}\n`);
    last = performance.now();
    end = "";
  };
  const stop = () => {
    if (end) say(end);
  };
  return {
    stop,
    show(event) {
      const { stage, step, steps, text, done = false } = event;
      const { rate, left } = paceOf(event);
      const at = step > 0 && !done ? common.colon + common.progress.step(step, steps) : "";
      const told = [speech.stage(stage) + at];
      if (text) told.push(speech.told(text));
      if (stage !== name) stop();
      end = step > 0 && step === steps ? told.join(common.comma) : "";
      if (done || stage !== name) say(told.join(step > 0 && !done ? common.comma : common.colon));
      else if (performance.now() - last > LINE_EVERY)
        say([...told, rateText(rate, texts), leftText(left, texts)].join(common.comma));
      name = done ? "" : stage;
    },
  };
}
