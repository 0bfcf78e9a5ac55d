// What the section shows of each variant, and the recorded run.
import type { TransformerConfig, TransformerRun } from "../../../experiments/transformer.js";
import { smooth } from "../../../show/smooth.js";
import { type State, variantNames, wordsOf } from "../../state.js";
import { type Points, pack, pointsOf, unpack } from "../parts/packed.js";
import recorded from "./recorded.json" with { type: "json" };

export interface Net {
  variant: string;
  /** ‖gradient‖ of each block before the first step. */
  gradients: readonly number[];
  /** [step, smoothed loss]. */
  curve: Points;
  /** The loss on the held-out text, and what it has written; NaN and empty before its end. */
  heldOut: number;
  sample: string;
}

export const STEPS = 150;
const WINDOW = 9;

/** Learning rates, so that the slider goes in even steps of what they do. */
export const RATES = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1];

type Chosen = Pick<State, "variants" | "layers" | "placeRate" | "warmup">;

export const placeSettings = ({
  variants,
  layers,
  placeRate,
  warmup,
}: Chosen): Partial<TransformerConfig> => ({
  ...{
    variants: wordsOf(variants) as TransformerConfig["variants"],
    layers,
    lr: placeRate,
    warmup,
  },
  ...{ dModel: 32, dFF: 128, context: 32, steps: STEPS, sample: 80, fullSize: false },
});

/** The look of a variant is always the same. */
export const lookOf = (variant: string): number =>
  variantNames.indexOf(variant as (typeof variantNames)[number]);

export const curveOf = (losses: readonly number[]): Points => pointsOf(smooth(losses, WINDOW));

/** A run as it is kept: numbers with spaces between. */
export const recordOf = ({ variant, losses, gradientNorms, heldOut, sample }: TransformerRun) => ({
  ...{ variant, sample, heldOut: Number(heldOut.toPrecision(4)) },
  gradients: gradientNorms.map((g) => Number(g.toPrecision(3))).join(" "),
  losses: pack(smooth(losses, WINDOW)).join(" "),
});

const numbersOf = (text: string) => text.split(" ").map(Number);

export const recordedNets: readonly Net[] = recorded.map((net) => ({
  ...net,
  gradients: numbersOf(net.gradients),
  curve: unpack(numbersOf(net.losses), STEPS),
}));
