import { call } from "../call.js";
import { checkInteger, checkNumber } from "../numbers.js";
import { checkOptions, describe, type Rules, synchronously } from "../options.js";
import { type AnyTensor, keep, rewrite, show, Tensor } from "../tensor.js";

/** What is averaged: a module, or anything with its parameters and its state by key. */
export interface AveragedSource {
  /** The parameters by key. */
  namedParameters(): Iterable<[string, Tensor]>;
  /** All tensors by key: parameters, and buffers such as running statistics. */
  stateDict(): ReadonlyMap<string, AnyTensor>;
}

/** Options of `AveragedModel`. */
export interface AveragedModelOptions {
  /** Share of the old average (EMA), 0 to 1. null, the default: the plain average of all updates (SWA). */
  decay?: number | null;
  /** Average the buffers too, such as running statistics. Default false: the average takes the model's own. */
  useBuffers?: boolean;
}

const rules: Rules<AveragedModelOptions> = { decay: "number|null", useBuffers: "boolean" };

const copyOf = (x: AnyTensor): AnyTensor => {
  const copy = new Tensor(x.runtime, x.shape, x.dtype);
  copy.elements.set(x.elements as never);
  return keep(copy);
};

/**
 * The average of a model's weights over its training: SWA (Izmailov et al. 2018, arXiv 1803.05407), or with `decay` an
 * exponential moving average, as torch.optim.swa_utils.AveragedModel. `update()` takes the weights of now in; `applied`
 * runs the model with the average. Batch norms need `nn.updateBatchNorm` then, unless their statistics are averaged.
 *
 * @throws TypeError for what is no model, RangeError for a decay that is not from 0 to 1.
 */
export class AveragedModel {
  readonly model: AveragedSource;
  readonly decay: number | null;
  readonly useBuffers: boolean;
  /** The number of updates. */
  nAveraged = 0;
  #isApplied = false;
  readonly #averages: Map<string, AnyTensor>;
  readonly #parameters: ReadonlySet<string>;

  constructor(model: AveragedSource, options: AveragedModelOptions = {}) {
    const op = "AveragedModel";
    const { decay = null, useBuffers = false } = checkOptions(op, options, rules);
    if (typeof model?.stateDict !== "function" || typeof model.namedParameters !== "function")
      throw new TypeError(`${op}: expected a model, got ${describe(model)}`);
    if (decay !== null) checkNumber(op, "decay", decay);
    if (decay !== null && !(decay >= 0 && decay <= 1))
      throw new RangeError(`${op}: expected decay from 0 to 1, got ${decay}`);
    this.model = model;
    this.decay = decay;
    this.useBuffers = useBuffers;
    this.#parameters = new Set([...model.namedParameters()].map(([key]) => key));
    this.#averages = call(op, () => copies(model.stateDict()));
  }

  /**
   * Takes the model's weights of now into the average. The first call copies them. Throws RangeError, as `applied`
   * does, for a model that has got other keys or shapes.
   */
  update(): void {
    if (this.#isApplied)
      throw new Error(
        "AveragedModel.update: called within applied, where the model has the average",
      );
    const { decay, nAveraged } = this;
    const share = nAveraged === 0 ? 1 : decay === null ? 1 / (nAveraged + 1) : 1 - decay;
    const pairs = this.#pairs("AveragedModel.update");
    call("AveragedModel", () => {
      for (const { key, value, average } of pairs) {
        const averaged = this.useBuffers || this.#parameters.has(key);
        rewrite([average], () => {
          if (value.dtype === "float32" && averaged && share < 1)
            move(average.elements as Float32Array, value.elements as Float32Array, share);
          else average.elements.set(value.elements as never);
        });
      }
    });
    this.nAveraged++;
  }

  /** The average by the model's keys, for its `loadStateDict`: the tensors themselves, not copies. */
  averages(): ReadonlyMap<string, AnyTensor> {
    return this.#averages;
  }

  /**
   * Runs `body`, and returns what it returns, while the model has the average for its weights. What `body` changes in
   * the model goes into the average, such as statistics by `nn.updateBatchNorm`. Throws TypeError for an async `body`.
   */
  applied<T>(body: () => T): T {
    if (this.#isApplied) throw new Error("AveragedModel.applied: called within itself");
    this.#swap();
    this.#isApplied = true;
    try {
      return synchronously("AveragedModel.applied", body);
    } finally {
      this.#isApplied = false;
      this.#swap();
    }
  }

  /** The number of updates, and the averages by key, for a checkpoint. */
  stateDict(): { nAveraged: number; tensors: Map<string, AnyTensor> } {
    return { nAveraged: this.nAveraged, tensors: new Map(this.#averages) };
  }

  /** Throws what `loadStateDict` would throw, and changes nothing. */
  checkStateDict(state: { nAveraged: number; tensors: ReadonlyMap<string, AnyTensor> }): void {
    const op = "AveragedModel.loadStateDict";
    checkInteger(op, "nAveraged", state?.nAveraged, 0);
    this.#checkFit(op, state.tensors);
  }

  /** Refuses unless `tensors` has all that is averaged, in the same shapes and dtypes. */
  #checkFit(op: string, tensors: ReadonlyMap<string, AnyTensor> | undefined): void {
    const name = ({ dtype, shape }: AnyTensor) => `${dtype} of shape ${show(shape)}`;
    for (const [key, average] of this.#averages) {
      const tensor = tensors?.get?.(key);
      const [want, got] = [name(average), tensor ? name(tensor) : "none"];
      if (got !== want) throw new RangeError(`${op}: expected ${key} as ${want}, got ${got}`);
    }
  }

  /** Takes the state of `stateDict()`. Throws RangeError if it is of another model. */
  loadStateDict(state: { nAveraged: number; tensors: ReadonlyMap<string, AnyTensor> }): void {
    this.checkStateDict(state);
    call("AveragedModel", () => {
      for (const [key, average] of this.#averages)
        rewrite([average], () => {
          average.elements.set(state.tensors.get(key)?.elements as never);
        });
    });
    this.nAveraged = state.nAveraged;
  }

  /** Frees the averages. The model stays. */
  dispose(): void {
    for (const tensor of this.#averages.values()) tensor.dispose();
  }

  /** Does what `dispose` does, at the end of a `using` declaration's block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The model's tensors and their averages, each once. */
  #pairs(op: string): { key: string; value: AnyTensor; average: AnyTensor }[] {
    const state = this.model.stateDict();
    this.#checkFit(op, state);
    const seen = new Set<AnyTensor>();
    const pairs = [...state].map(([key, value]) => {
      const average = this.#averages.get(key);
      if (!average) throw new RangeError(`${op}: ${key} has no average`);
      return { key, value, average };
    });
    return pairs.filter(({ average }) => !seen.has(average) && seen.add(average));
  }

  #swap(): void {
    const pairs = this.#pairs("AveragedModel.applied");
    call("AveragedModel", () => {
      for (const { value, average } of pairs) {
        const before = value.elements.slice();
        rewrite([value, average], () => {
          value.elements.set(average.elements as never);
          average.elements.set(before as never);
        });
      }
    });
  }
}

/** Copies of tensors, each once: what stands under two keys has one average. */
function copies(state: ReadonlyMap<string, AnyTensor>): Map<string, AnyTensor> {
  const known = new Map<AnyTensor, AnyTensor>();
  for (const tensor of state.values()) if (!known.has(tensor)) known.set(tensor, copyOf(tensor));
  return new Map([...state].map(([key, tensor]) => [key, known.get(tensor) as AnyTensor]));
}

function move(average: Float32Array, value: Float32Array, share: number): void {
  for (let i = 0; i < average.length; i++) average[i] += (value[i] - average[i]) * share;
}
