// What is asked for: the lengths that the curves go through, and that of the lever at the end.
import type { PaddingConfig, PaddingResult } from "../../../experiments/padding.js";
import type { State } from "../../state.js";

const LENGTHS = [16, 20, 24, 32, 48, 64, 96, 128];

/** The numbers of words in the sentences, which come equally often; a test holds them to the experiment's. */
export const WORDS = [9, 10, 11, 12, 13, 14, 15, 16];

export type Asked = Pick<State, "sentences" | "padded">;

export const paddingSettings = ({ sentences, padded }: Asked): Partial<PaddingConfig> => ({
  ...{ lengths: [...LENGTHS, padded], batch: sentences, sizes: [] },
});

/** What is drawn of a result. */
export type Shown = Pick<PaddingResult, "words" | "padded">;
