import type { Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { Recurrent } from "./recurrent.js";
import {
  type RecurrentOptions,
  type RecurrentResult,
  type RecurrentState,
  recurrentRules,
} from "./recurrent-options.js";

/** Options of `RNN`. */
export interface RNNOptions extends RecurrentOptions {
  /** The activation of the hidden states; "tanh" by default. */
  nonlinearity?: "tanh" | "relu";
}

/**
 * Elman's recurrent layers: h = tanh(W_ih·x + b_ih + W_hh·h + b_hh) at each step.
 * @shape x [N, L, inputSize] or [L, inputSize] → [N, L, directions·hiddenSize] or [L, directions·hiddenSize]
 * @throws RangeError for sizes that are no integers ≥ 1, input of other features or no steps, and states and lengths
 *   that do not fit
 * @source torch.nn.RNN; norms: Ba, Kiros, Hinton 2016, arXiv 1607.06450; Cooijmans et al. 2016, arXiv 1603.09025
 */
export class RNN extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RNNOptions = {}) {
    const rules: Rules<RNNOptions> = { ...recurrentRules, nonlinearity: ["tanh", "relu"] };
    super(options?.nonlinearity ?? "tanh", 1, inputSize, hiddenSize, options, rules);
  }

  /** All outputs and the last states, from first states and for sequences of several lengths. */
  run(x: Tensor, state: RecurrentState = {}): RecurrentResult {
    const { output, hN } = this.runned(x, state);
    return { output, hN };
  }
}

/**
 * Long short-term memory: gates i, f, o = σ(…) and g = tanh(…) of x and h; c = f·c + i·g; h = o·tanh(c).
 * @shape x [N, L, inputSize] or [L, inputSize] → [N, L, directions·hiddenSize] or [L, directions·hiddenSize]
 * @throws RangeError as RNN
 * @source Hochreiter, Schmidhuber 1997; torch.nn.LSTM; norms: Ba, Kiros, Hinton 2016, arXiv 1607.06450; Cooijmans et
 *   al. 2016, arXiv 1603.09025
 */
export class LSTM extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super("lstm", 4, inputSize, hiddenSize, options);
  }

  /** All outputs, the last states and the last states of the cells; see `RNN.run`. */
  run(x: Tensor, state: RecurrentState = {}): RecurrentResult & { cN: Tensor } {
    const { output, hN, cN } = this.runned(x, state);
    return { output, hN, cN: cN as Tensor };
  }
}

/**
 * Gated recurrent units: r, z = σ(…) of x and h, n = tanh(W·x + r·(U·h)); h = (1 − z)·n + z·h.
 * @shape x [N, L, inputSize] or [L, inputSize] → [N, L, directions·hiddenSize] or [L, directions·hiddenSize]
 * @throws RangeError as RNN
 * @source Cho et al. 2014, arXiv 1406.1078; torch.nn.GRU; norms: Ba, Kiros, Hinton 2016, arXiv 1607.06450; Cooijmans
 *   et al. 2016, arXiv 1603.09025
 */
export class GRU extends Recurrent {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super("gru", 3, inputSize, hiddenSize, options);
  }

  /** All outputs and the last states; see `RNN.run`. */
  run(x: Tensor, state: RecurrentState = {}): RecurrentResult {
    const { output, hN } = this.runned(x, state);
    return { output, hN };
  }
}
