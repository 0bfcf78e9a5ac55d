import { SingleBar } from "cli-progress";
import type { CompareEvent, Phase } from "../experiments/compare.js";

const LINE_EVERY = 10_000;

const nameOf = (event: { phase: Phase; norm: string; seed: number }) =>
  `${event.norm} seed ${event.seed}${event.phase === "batch1" ? " batch 1" : ""}`;

const percent = (share: number | null) =>
  share === null ? "refused" : `${(100 * share).toFixed(1)} %`;

type Show = (event: CompareEvent) => void;
export interface Display {
  show: Show;
  /** Leaves the terminal as it should be after a stop. */
  stop(): void;
}

/** A bar per training on a terminal, lines elsewhere. */
export const display = (out: NodeJS.WriteStream): Display => (out.isTTY ? bars(out) : lines(out));

function bars(stream: NodeJS.WriteStream): Display {
  let bar: SingleBar | null = null;
  let started = 0;
  const tokens = { loss: "", rate: "", left: "", accuracy: "" };
  const stop = () => {
    bar?.stop();
    bar = null;
  };
  return {
    stop,
    show(event) {
      if (event.type === "start") {
        const name = nameOf(event).padEnd(19);
        bar = new SingleBar({
          stream,
          format: `${name} {bar} {percentage}%  loss {loss}  {rate} steps/s  {left}{accuracy}`,
          barsize: 20,
          barCompleteChar: "█",
          barIncompleteChar: "░",
          fps: 8,
          hideCursor: true,
          gracefulExit: false, // Ctrl-C ends the comparison, and that the bar
        });
        started = 0;
      } else if (event.type === "step") {
        if (started++ === 0) bar?.start(event.steps, 0, { ...tokens, rate: "–", loss: "–" });
        const left = `ETA ${duration((event.steps - event.step) / event.rate)}`;
        bar?.update(event.step, {
          ...tokens,
          loss: event.loss.toFixed(3),
          rate: event.rate.toFixed(event.rate < 10 ? 1 : 0),
          left,
        });
      } else if (event.type === "finish") {
        const accuracy = `test ${percent(event.testAccuracy)}`;
        if (started > 0) bar?.update({ left: "", accuracy });
        else stream.write(`${nameOf(event).padEnd(19)} ${accuracy}\n`);
        stop();
      }
    },
  };
}

function lines(stream: NodeJS.WriteStream): Display {
  let last = 0;
  const say = (text: string) => {
    stream.write(`${text}\n`);
    last = performance.now();
  };
  return {
    stop() {},
    show(event) {
      if (event.type === "start") say(`${nameOf(event)}: training`);
      if (event.type === "finish")
        say(`${nameOf(event)}: test accuracy ${percent(event.testAccuracy)}`);
      if (event.type === "step" && performance.now() - last > LINE_EVERY) {
        const { step, steps, loss, rate } = event;
        say(
          `${nameOf(event)}: step ${step}/${steps}, loss ${loss.toFixed(3)}, ` +
            `${rate.toFixed(1)} steps/s, ETA ${duration((steps - step) / rate)}`,
        );
      }
    },
  };
}

/** 5 s, 2 min 05 s. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60
    ? `${whole} s`
    : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
