import { padding, paddingDefaults } from "../../../experiments/padding.js";
import type { Runtime } from "../../../runtime/runtime.js";
import { defaults } from "../../state.js";
import { paddingSettings, type Shown } from "./lengths.js";

/** What stands in the section before anything runs. */
export interface PaddingData extends Shown {
  /** How far the mean of a batch of so many sentences strays: independent words, and words that are alike. */
  unrest: { sentences: number; independent: number; alike: number };
}

const few = (value: number) => Number(value.toPrecision(4));

export async function firstPadding(runtime: Runtime): Promise<PaddingData> {
  const { sizes } = paddingDefaults;
  const run = padding({ ...paddingSettings(defaults), sizes: sizes.slice(0, 1) }, { runtime });
  for (;;) {
    const { done, value } = await run.next();
    if (!done) continue;
    const { words, padded, unrest } = value;
    return {
      words,
      unrest: unrest[0],
      padded: padded.map(({ length, share, mean, variance, expected, change }) => ({
        ...{ length, share: few(share), mean: few(mean), variance: few(variance), expected },
        change: change.map(few),
      })),
    };
  }
}
