// The race that the page shows before anybody presses Run. It was recorded once, and is the same to the last bit
// wherever it is run again.
import { proceduralDataset } from "../data/procedural.js";
import type { CompareConfig, CompareData, Run } from "../experiments/compare-types.js";

export const raceSettings = {
  norms: ["bn", "gn", "ln", "in"],
  width: 8,
  batchSize: 16,
  lr: 3e-3,
  steps: 240,
  evaluateEvery: 40,
  batch1: false,
} satisfies Partial<CompareConfig>;

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

/** A run as it is kept: numbers with spaces between, losses in as few digits as tell one float32 from the next. */
export interface RecordedRun {
  losses: string;
  /** Right answers on the test images after every `evaluateEvery` steps. */
  right: string;
}

export type RaceRun = Required<Pick<Run, "norm" | "losses" | "evaluations">>;

/** The runs in the form of `recorded.json`, by norm. */
export const recordOf = (runs: readonly Run[]): Record<string, RecordedRun> =>
  Object.fromEntries(
    runs.map(({ norm, losses, evaluations = [] }) => [
      norm,
      {
        losses: losses.map(shortest).join(" "),
        right: evaluations
          .map(({ testAccuracy }) => Math.round(testAccuracy * TEST_IMAGES))
          .join(" "),
      },
    ]),
  );

/** And back, to the bit. */
export const runsOf = (record: Readonly<Record<string, RecordedRun>>): RaceRun[] =>
  Object.entries(record).map(([norm, { losses, right }]) => ({
    norm,
    losses: losses.split(" ").map((text) => Math.fround(Number(text))),
    evaluations: right.split(" ").map((text, i) => ({
      step: (i + 1) * raceSettings.evaluateEvery,
      testAccuracy: Number(text) / TEST_IMAGES,
    })),
  }));

/** A float32 in as few digits as tell it from the next one. */
export function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}
