// The races that the page shows before anybody presses Run. They were recorded once, and are the same to the last bit
// wherever they are run again.
import { proceduralDataset } from "../data/procedural.js";
import type { CompareConfig, CompareData, Run } from "../experiments/compare-types.js";
import { smooth } from "../show/smooth.js";

export const raceSettings = {
  norms: ["bn", "gn", "ln", "in"],
  width: 8,
  batchSize: 16,
  lr: 3e-3,
  steps: 240,
  evaluateEvery: 40,
  batch1: false,
} satisfies Partial<CompareConfig>;

/** Of the races with more steps than this losses are recorded at so many of them. */
export const POINTS = 80;

export const TRAIN_IMAGES = 800;
export const TEST_IMAGES = 200;

/** The races that the page has ready. With small batches the step size is smaller and there are more steps. */
export const presetSettings = {
  default: raceSettings,
  batch2: { ...raceSettings, norms: ["bn", "gn", "ln"], batchSize: 2, lr: 1e-3, steps: 1920 },
  batch1: { ...raceSettings, norms: ["bn", "gn", "ln"], batchSize: 1, lr: 1e-3, steps: 2400 },
} satisfies Record<string, Partial<CompareConfig>>;

/** Its images, each drawn when it is needed. */
export const raceData = (): CompareData => ({
  train: proceduralDataset({ count: TRAIN_IMAGES, lazy: true }),
  test: proceduralDataset({ count: TEST_IMAGES, split: "test", lazy: true }),
});

/** Losses are smoothed over the same number of images, whatever the batch: the window, in steps. */
export const windowOf = (batchSize: number): number => 240 / batchSize;

/** A run as it is kept: numbers with spaces between, losses in as few digits as tell one float32 from the next. */
export interface RecordedRun {
  /** All losses of the run, or those of every so many steps. */
  losses: string;
  /** In the second case the smoothed losses at these steps, in four digits. */
  curve?: string;
  /** Right answers on the test images after every `evaluateEvery` steps. */
  right: string;
}

export interface RaceRun extends Required<Pick<Run, "norm" | "losses" | "evaluations">> {
  /** The smoothed losses, where not all losses are known: these are NaN in both. */
  curve?: readonly number[];
}

export type RecordedRace = Readonly<Record<string, RecordedRun>>;

/** Runs in the form in which they are kept, by norm: with all losses, or, by the batch size, with one of `every`. */
export const recordOf = (runs: readonly Run[], every = 1, batchSize = 16): RecordedRace =>
  Object.fromEntries(
    runs.map(({ norm, losses, evaluations = [] }) => {
      const kept = (values: readonly number[]) => values.filter((_, i) => (i + 1) % every === 0);
      const curve = smooth(losses, windowOf(batchSize)).map((value) =>
        Number(value.toPrecision(4)),
      );
      return [
        norm,
        {
          losses: kept(losses).map(shortest).join(" "),
          ...(every > 1 && { curve: kept(curve).join(" ") }),
          right: evaluations
            .map(({ testAccuracy }) => Math.round(testAccuracy * TEST_IMAGES))
            .join(" "),
        },
      ];
    }),
  );

/** And back, to the bit, for a race of so many steps. */
export const runsOf = (record: RecordedRace, steps: number): RaceRun[] =>
  Object.entries(record).map(([norm, { losses, curve, right }]) => ({
    norm,
    losses: spread(losses, steps).map(Math.fround),
    ...(curve && { curve: spread(curve, steps) }),
    evaluations: right.split(" ").map((text, i) => ({
      step: (i + 1) * raceSettings.evaluateEvery,
      testAccuracy: Number(text) / TEST_IMAGES,
    })),
  }));

/** Numbers at their steps, the last one at the last step, with NaN between. */
function spread(text: string, steps: number): number[] {
  const values = text.split(" ").map(Number);
  const every = steps / values.length;
  return Array.from({ length: steps }, (_, i) => values[(i + 1) / every - 1] ?? Number.NaN);
}

/** A float32 in as few digits as tell it from the next one. */
export function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}
