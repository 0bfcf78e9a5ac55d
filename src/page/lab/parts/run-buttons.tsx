import { useRef } from "preact/hooks";
import { Refusal } from "../../engine/client.js";
import type { ExperimentName } from "../../engine/protocol.js";
import { Complaint } from "../../parts/fields.js";
import { useKeptFocus } from "../../parts/kept-focus.js";
import { failureText, refusalText } from "../../refusals.js";
import { useLab } from "../../text/texts.js";
import type { Experiment } from "../experiment.js";

/** The buttons that start, pause and stop an experiment, and why it could not go on. */
export function RunButtons<K extends ExperimentName>(props: {
  experiment: Experiment<K>;
  start: () => void;
  /** Whether why it was refused is said elsewhere, at the field. */
  isSaid?: boolean;
}) {
  const { experiment, start, isSaid = false } = props;
  const { lab, common } = useLab();
  const status = experiment.status.value;
  const { error } = experiment;

  const buttons = useRef<HTMLDivElement>(null);
  useKeptFocus(buttons, status);

  return (
    <>
      <div class="buttons" ref={buttons}>
        {!experiment.isUnderWay && (
          <button type="button" class="main" onClick={start}>
            {status === "idle" ? lab.run : lab.again}
          </button>
        )}
        {status === "running" && (
          <button type="button" onClick={() => experiment.pause()}>
            {lab.pause}
          </button>
        )}
        {status === "paused" && (
          <button type="button" class="main" onClick={() => experiment.resume()}>
            {lab.resume}
          </button>
        )}
        {experiment.isUnderWay && (
          <button type="button" onClick={() => experiment.stop()}>
            {lab.stop}
          </button>
        )}
      </div>
      {status === "failed" && error && !isSaid && (
        <Complaint
          text={
            error instanceof Refusal
              ? refusalText(error, common)
              : lab.failed(failureText(error.message, common))
          }
        />
      )}
    </>
  );
}
