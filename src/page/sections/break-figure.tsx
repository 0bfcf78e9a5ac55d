import type { ReadonlySignal } from "@preact/signals";
import type { Disturbed } from "../../experiments/influence/disturb.js";
import type { MapShape } from "../../experiments/sets.js";
import { sizeOf } from "../../shape.js";
import { breakage, type Fate, HIT, type Outcome, outcomeOf } from "../breakage.js";
import { change, useFields } from "../model.js";
import { Cells, CellText } from "../parts/cells.js";
import { DragNumber } from "../parts/drag-number.js";
import { exact, inCell } from "../parts/numbers.js";
import { Said } from "../parts/said.js";
import { limits, type State } from "../state.js";
import { type Texts, titleOf, useTexts } from "../text/texts.js";

/** Everything that the figure shows; it belongs together, while the levers may already be elsewhere. */
export interface Shown {
  norm: string;
  disturbance: State["disturbance"];
  shape: MapShape;
  disturbed: Disturbed;
  before: ArrayLike<number>;
  after: ArrayLike<number>;
  outcome: Outcome;
}

export function shownOf(
  whole: { shape: MapShape; input: ArrayLike<number> },
  broken: Pick<State, "norm" | "disturbance" | "outlier">,
  before: ArrayLike<number>,
  after: ArrayLike<number>,
): Shown {
  const { shape } = whole;
  const { norm, disturbance } = broken;
  const { disturbed } = breakage(whole, broken);
  const outcome = outcomeOf(before, after, disturbed.touched, sizeOf(shape.slice(1)));
  return { norm, disturbance, shape, disturbed, before, after, outcome };
}

/** Who pays, in a sentence. */
function verdictOf({ disturbance, outcome, after }: Shown, texts: Texts["breakIt"]): string {
  const { own, others } = outcome;
  const of = own.of + others.of;
  if (others.of === 0) return texts.verdictAlone(texts.subject[disturbance], own.moved, own.of);
  const say = of === after.length ? texts.verdictAll : texts.verdict;
  const subject = texts.subject[disturbance];
  return say(subject, own.moved + others.moved, of, own.moved, others.moved);
}

/** The disturbed input, and what became of each output. */
export function BreakFigure({ of }: { of: ReadonlySignal<Shown> }) {
  const texts = useTexts();
  const { breakIt } = texts;
  const shown = of.value;
  const { norm, shape, disturbed, before, after, outcome } = shown;
  const { fates, steps, own, others, most } = outcome;
  const verdict = verdictOf(shown, breakIt);
  const isGone = (i: number) => i >= disturbed.x.length;
  const isDragged = (i: number) => i === HIT && shown.disturbance === "outlier";
  const inputFate = (i: number): Fate =>
    isGone(i) ? "gone" : disturbed.touched.has(i) ? "hit" : "stays";
  /** For those who do not see the marks. */
  const label = (fate: Fate, value: number) =>
    fate === "stays"
      ? undefined
      : fate === "gone"
        ? breakIt.legend.gone
        : `${inCell(value)}, ${breakIt.legend[fate]}`;
  const title = titleOf(norm, texts);
  return (
    <div class="breakage">
      <p class="verdict">{verdict}</p>
      <Said text={verdict} />
      <div class="grids">
        <table class="grid fates" aria-label={breakIt.input}>
          <caption>{breakIt.input}</caption>
          <Cells
            shape={shape}
            row={breakIt.sample}
            cell={(i, edge) => (
              <td
                key={i}
                class={`${inputFate(i)}${edge}`}
                aria-label={isDragged(i) ? undefined : label(inputFate(i), disturbed.x[i])}
              >
                {isDragged(i) ? (
                  <Outlier />
                ) : (
                  <CellText text={isGone(i) ? "–" : inCell(disturbed.x[i])} />
                )}
              </td>
            )}
          />
        </table>
        <table class="grid fates" aria-label={breakIt.outputOf(title)}>
          <caption>{breakIt.outputOf(title)}</caption>
          <Cells
            shape={shape}
            row={breakIt.sample}
            cell={(i, edge) => (
              <td
                key={i}
                class={`${fates[i]} s${steps[i]}${edge}`}
                aria-label={label(fates[i], after[i])}
                title={fates[i] === "gone" ? undefined : `${exact(before[i])} → ${exact(after[i])}`}
              >
                <CellText text={fates[i] === "gone" ? "–" : inCell(after[i])} />
              </td>
            )}
          />
        </table>
      </div>
      <ul class="legend">
        {(["hit", "own", "others", "stays"] as const).map((fate) => (
          <li key={fate}>
            <i class={`${fate} s3`} aria-hidden="true" /> {breakIt.legend[fate]}
            {fate === "own" && `: ${own.moved}`}
            {fate === "others" && `: ${others.moved}`}
          </li>
        ))}
        <li>{breakIt.deeper(exact(most))}</li>
      </ul>
    </div>
  );
}

/** The number in the input that is dragged. It follows the lever at once. */
function Outlier() {
  const { breakIt } = useTexts();
  const { outlier } = useFields("outlier");
  const [least, most] = limits.outlier;
  return (
    <DragNumber
      value={outlier}
      shown={inCell(outlier)}
      label={breakIt.value}
      {...{ least, most }}
      change={(value) => change({ outlier: value })}
    />
  );
}
