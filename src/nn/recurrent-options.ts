import type { Rules } from "../options.js";
import type { AnyTensor, Tensor } from "../tensor.js";
import type { LayerOptions } from "./init.js";
import type { CellNormName } from "./recurrent-norm.js";

/** Options of `LSTM` and `GRU`. */
export interface RecurrentOptions extends LayerOptions {
  /** How many layers stand on each other; 1 by default. */
  numLayers?: number;
  /** Whether a second cell of each layer reads from the end; false by default. */
  bidirectional?: boolean;
  /** Whether the gates have biases; true by default. */
  bias?: boolean;
  /** The probability of a drop in training, between layers; 0 by default. */
  dropout?: number;
  /**
   * Norms inside of the cell: "ln", layer norm (Ba, Kiros, Hinton 2016, section 4), or "bn", recurrent batch norm
   * (Cooijmans et al. 2016); null, none, by default.
   */
  norm?: CellNormName | null;
  /** With "bn": how many steps have running statistics of their own; 100 by default. */
  normSteps?: number;
}

/** @internal */
export const recurrentRules: Rules<RecurrentOptions> = {
  numLayers: "number",
  bidirectional: "boolean",
  bias: "boolean",
  dropout: "number",
  norm: "string|null",
  normSteps: "number",
  runtime: "Runtime",
};

/** What a run starts from, and how long each sequence is. */
export interface RecurrentState {
  /** The first hidden states [numLayers·directions, N, hiddenSize]; zeros by default. */
  h0?: Tensor | null;
  /** The first states of the cells of an LSTM, of the same shape; zeros by default. */
  c0?: Tensor | null;
  /**
   * The length of each of the N sequences, from 1 to L; all L by default. What is behind is neither read nor written.
   */
  lengths?: AnyTensor | ArrayLike<number> | null;
}

/** @internal */
export const stateRules: Rules<RecurrentState> = {
  h0: "Tensor|null",
  c0: "Tensor|null",
  lengths: "Object|null",
};

/** What a run gives. */
export interface RecurrentResult {
  /** The hidden states of the last layer [N, L, directions·hiddenSize], 0 behind the end of a sequence. */
  output: Tensor;
  /** The last hidden states [numLayers·directions, N, hiddenSize]. */
  hN: Tensor;
}
