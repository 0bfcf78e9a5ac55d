// What the charts and the table show: the visitor's race, and the recorded one behind it.
import { meanCurve, smooth, thin } from "../../../show/smooth.js";
import type { Lane } from "../../engine/lane.js";
import type { Line } from "../../parts/chart.js";
import { percent } from "../../parts/numbers.js";
import { windowOf } from "../../preset-races.js";
import type { RecordedRuns } from "./records.js";

/** The most points of a curve: smooth ones need fewer. */
const POINTS = 240;
const SMOOTH_POINTS = 120;

const points = (values: readonly number[], most = POINTS) =>
  thin(values, most).map(([x, y]) => [x, y ?? Number.NaN] as const);

/** The accuracy after the last evaluation, in percent by the sign of a language. */
export const accuracyOf = ({ evaluations }: Pick<Lane, "evaluations">, sign: string): string => {
  const last = evaluations.at(-1);
  return last ? percent(last.testAccuracy, sign) : "–";
};

type Losses = Pick<Lane, "losses" | "curve"> & { batchSize?: number };

/** A smooth curve: of all losses, or as it was recorded. */
const curveOf = (of: Losses) =>
  of.curve
    ? of.curve.flatMap((y, i) => (Number.isNaN(y) ? [] : [[i + 1, y] as const]))
    : points(smoothed(of), SMOOTH_POINTS);

const smoothed = ({ losses, curve, batchSize = 16 }: Losses): readonly number[] =>
  curve ?? smooth(losses, windowOf(batchSize));

/** The loss at the end of the curve: that of one batch is noise. */
export const lossOf = ({ losses, curve, batchSize = 16 }: Losses): number => {
  const end = losses.slice(-4 * windowOf(batchSize));
  return smoothed({ losses: end, curve, batchSize }).at(-1) ?? Number.NaN;
};

/** The norms of lanes, each with its lanes from all seeds. The place of a norm is its look. */
const byNorm = (lanes: readonly Lane[]): Lane[][] =>
  [...new Set(lanes.map(({ norm }) => norm))].map((norm) =>
    lanes.filter((lane) => lane.norm === norm),
  );

export const lookOf = (lanes: readonly Lane[], norm: string): number =>
  byNorm(lanes).findIndex(([lane]) => lane.norm === norm);

/** The lanes of the first seed alone. */
export const firstSeed = (lanes: readonly Lane[]): Lane[] =>
  lanes.filter(({ seed }) => seed === lanes[0].seed);

/** A lane for each norm: the mean of those that are done, or the first one while none is. */
export const means = (lanes: readonly Lane[]): Lane[] =>
  byNorm(lanes).map((all) => {
    const done = all.filter(({ status }) => status === "done");
    if (done.length < 2) return done[0] ?? all[0];
    const accuracies = done.map((lane) => lane.evaluations.map((each) => each.testAccuracy));
    const evaluations = meanCurve(accuracies).map((testAccuracy, i) => {
      return { step: done[0].evaluations[i].step, testAccuracy };
    });
    return { ...done[0], losses: meanCurve(done.map(({ losses }) => losses)), evaluations };
  });

/**
 * The recorded losses alone are smooth curves; those of the visitor's race have every loss behind them, or where there
 * are several seeds the curve of each.
 */
export function lossLines(
  lanes: readonly Lane[],
  isLive: boolean,
  record: RecordedRuns,
  sign: string,
): Line[] {
  const [{ batchSize }] = lanes;
  const behind = record.map((run) => ({ ...run, batchSize, look: lookOf(lanes, run.norm) }));
  const groups = byNorm(lanes);
  return [
    ...behind
      .filter(({ look }) => look >= 0)
      .map((run) => ({
        ...{ name: run.norm, label: "", look: run.look, faint: true },
        points: curveOf(run),
      })),
    ...means(lanes).map((lane, look) => ({
      ...{ name: lane.norm, look, label: `${lane.norm} ${accuracyOf(lane, sign)}` },
      points: curveOf(lane),
      raw:
        groups[look].length > 1 ? groups[look].map(curveOf) : isLive ? [points(lane.losses)] : [],
    })),
  ];
}

const accuracies = ({ evaluations }: Lane) =>
  evaluations.map(({ step, testAccuracy }) => [step, 100 * testAccuracy] as const);

export function accuracyLines(lanes: readonly Lane[]): Line[] {
  const groups = byNorm(lanes);
  return means(lanes).map((lane, look) => ({
    ...{ name: lane.norm, look, label: lane.norm, points: accuracies(lane) },
    raw: groups[look].length > 1 ? groups[look].map(accuracies) : [],
  }));
}

/** The scale of the losses: up to what nearly all of them reach. */
export function lossScale(lanes: readonly Lane[]): [number, number] {
  const finite = lanes.flatMap(({ losses }) => losses).filter(Number.isFinite);
  const sorted = finite.sort((a, b) => a - b);
  const most = sorted[Math.floor(0.995 * (sorted.length - 1))] ?? 2.5;
  return [0, Math.min(5, Math.max(2.5, Math.ceil(most * 2) / 2))];
}

/** How many losses are those of a record, to the bit, and how many could be. */
export function identical(
  lanes: readonly Lane[],
  record: RecordedRuns,
): { same: number; all: number } {
  let [same, all] = [0, 0];
  for (const { norm, seed, losses } of lanes) {
    const known = record.find((run) => run.norm === norm);
    if (!known || seed !== 0) continue;
    for (const [i, loss] of losses.entries()) {
      if (Number.isNaN(known.losses[i])) continue;
      all++;
      if (loss === known.losses[i]) same++;
    }
  }
  return { same, all };
}
