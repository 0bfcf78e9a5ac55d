// What RNN, LSTM and GRU share: layers, directions, lengths.
import { checkCount, checkInteger, checkProbability } from "../numbers.js";
import { checkSameRuntime, checkShape, checkTensor } from "../ops/check.js";
import { dropout } from "../ops/elementwise/dropout.js";
import { gated } from "../ops/elementwise/gated.js";
import { linear } from "../ops/product/linear.js";
import { concat } from "../ops/shape/concat.js";
import { permute } from "../ops/shape/permute.js";
import { slice } from "../ops/shape/slice.js";
import { checkOptions, describe, type Rules } from "../options.js";
import { show, type Tensor, tidy, zeros } from "../tensor.js";
import { kaimingUniform } from "./init.js";
import { layerOptions } from "./layer-options.js";
import { Module } from "./module.js";
import {
  type Cell,
  type CellKind,
  type CellNorms,
  type CellState,
  steps,
} from "./recurrent-cells.js";
import { checkLengths, held, type Mask, maskAt, maskOf } from "./recurrent-lengths.js";
import { CellBatchNorm, CellLayerNorm, type CellNormName } from "./recurrent-norm.js";
import {
  type RecurrentOptions,
  type RecurrentResult,
  type RecurrentState,
  recurrentRules,
  stateRules,
} from "./recurrent-options.js";
import { named } from "./repr.js";

/** Base of the recurrent layers. */
export abstract class Recurrent extends Module {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly dropout: number;
  readonly norm: CellNormName | null;
  readonly #kind: CellKind;

  constructor(
    kind: CellKind,
    gates: number,
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions,
    rules: Rules<RecurrentOptions> = recurrentRules,
  ) {
    super();
    const { name } = new.target;
    const {
      numLayers = 1,
      bidirectional = false,
      bias = true,
      runtime,
    } = layerOptions(name, options, rules);
    const { dropout = 0, norm = null, normSteps = 100 } = options;
    for (const [what, value] of Object.entries({ inputSize, hiddenSize }))
      checkInteger(name, what, value);
    for (const [what, value] of Object.entries({ numLayers, normSteps }))
      checkCount(name, what, value);
    checkProbability(name, dropout);
    if (norm !== null && norm !== "ln" && norm !== "bn")
      throw new RangeError(`${name}: expected norm "ln", "bn" or null, got ${describe(norm)}`);
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.numLayers = numLayers;
    this.bidirectional = bidirectional;
    this.dropout = dropout;
    this.norm = norm;
    this.#kind = kind;
    const rows = gates * hiddenSize;
    const suffixes = this.#suffixes();
    const directions = bidirectional ? 2 : 1;
    this.asOne(() => {
      suffixes.forEach((suffix, i) => {
        const from = i < directions ? inputSize : directions * hiddenSize;
        const parameters: Record<string, number[]> = {
          weight_ih: [rows, from],
          weight_hh: [rows, hiddenSize],
          ...(bias ? { bias_ih: [rows], bias_hh: [rows] } : {}),
        };
        for (const [part, shape] of Object.entries(parameters))
          Reflect.set(this, part + suffix, kaimingUniform(shape, hiddenSize, runtime));
      });
      if (!norm) return;
      for (const suffix of suffixes)
        for (const [place, features] of Object.entries(normPlaces(kind, norm, hiddenSize)))
          Reflect.set(
            this,
            `norm_${place}${suffix}`,
            norm === "ln"
              ? new CellLayerNorm(features, { runtime })
              : new CellBatchNorm(features, normSteps, place === "c", { runtime }),
          );
    });
  }

  /** The endings of the parameters' names, in PyTorch's order. */
  #suffixes(): string[] {
    return Array.from({ length: this.numLayers }, (_, layer) =>
      this.bidirectional ? [`_l${layer}`, `_l${layer}_reverse`] : [`_l${layer}`],
    ).flat();
  }

  #own<T = Tensor>(name: string): T | null {
    return (Reflect.get(this, name) as T | undefined) ?? null;
  }

  #cell(suffix: string): Cell {
    const places = ["sum", "ih", "hh", "ihN", "hhN", "c"] as const;
    const norms = places.map((place) => [place, this.#own(`norm_${place}${suffix}`) ?? undefined]);
    return {
      weightHh: this.#own(`weight_hh${suffix}`) as Tensor,
      biasIh: this.#own(`bias_ih${suffix}`),
      biasHh: this.#own(`bias_hh${suffix}`),
      norms: Object.fromEntries(norms) as CellNorms,
    };
  }

  forward(x: Tensor, state: RecurrentState = {}): Tensor {
    return this.asOne(() => tidy(() => this.#run(x, state).output));
  }

  /** @internal All results of a run. */
  protected runned(x: Tensor, state: RecurrentState): RecurrentResult & { cN: Tensor | null } {
    return this.asOne(() => tidy(() => this.#run(x, state)));
  }

  protected override extraRepr(): string[] {
    const { numLayers, bidirectional, dropout } = this;
    const more = {
      numLayers: numLayers === 1 ? undefined : numLayers,
      bias: this.#own("bias_ih_l0") ? undefined : false,
      batchFirst: true,
      dropout: dropout || undefined,
      bidirectional: bidirectional || undefined,
    };
    return [`${this.inputSize}`, `${this.hiddenSize}`, ...named(more)];
  }

  #run(given: Tensor, state: RecurrentState): RecurrentResult & { cN: Tensor | null } {
    const { name } = this.constructor;
    const { h0, c0, lengths } = checkOptions(name, state, stateRules);
    const { x, alone } = this.#batch(given);
    if (c0 && this.#kind !== "lstm")
      throw new TypeError(`${name}: takes no c0: it has no cell state`);
    const [n, length] = x.shape;
    const suffixes = this.#suffixes();
    const ends = lengths ? checkLengths(name, lengths, n, length) : null;
    if (ends && this.norm === "bn")
      throw new RangeError(`${name}: norm "bn" takes no lengths; give it sequences of one length`);
    const first = (what: string, value: Tensor | null | undefined) =>
      this.#firstStates(what, value, n, alone);
    const [h, c] = [first("h0", h0), first("c0", c0)];
    const last: CellState[] = [];
    const masks = ends && Array.from({ length }, (_, t) => maskAt(x, ends, t, this.hiddenSize));
    let inputs = permute(ends ? gated(x, maskOf(x, ends)) : x, [1, 0, 2]);
    for (let layer = 0; layer < this.numLayers; layer++) {
      const directions = this.bidirectional ? 2 : 1;
      const outputs = Array.from({ length: directions }, (_, d) => {
        const k = layer * directions + d;
        const from = { h: h[k], c: this.#kind === "lstm" ? c[k] : null };
        const made = this.#walk(suffixes[k], inputs, from, d === 1, masks);
        last.push(made.last);
        return made.outputs;
      });
      inputs = directions === 2 ? concat(outputs, 2) : outputs[0];
      const { dropout: p, training } = this;
      if (p > 0 && layer < this.numLayers - 1) inputs = dropout(inputs, { p, training });
    }
    const joined = (list: Tensor[]) => {
      const all = concat(list.map((t) => t.reshape([1, ...t.shape])));
      return alone ? all.reshape([list.length, this.hiddenSize]) : all;
    };
    const output = permute(inputs, [1, 0, 2]);
    return {
      output: alone ? output.reshape(output.shape.slice(1)) : output,
      hN: joined(last.map((state) => state.h)),
      cN: this.#kind === "lstm" ? joined(last.map((state) => state.c as Tensor)) : null,
    };
  }

  /** One direction of one layer over inputs [L, N, features]: its hidden states [L, N, H], and the last state. */
  #walk(
    suffix: string,
    inputs: Tensor,
    from: CellState,
    backwards: boolean,
    masks: Mask[] | null,
  ): { outputs: Tensor; last: CellState } {
    const cell = this.#cell(suffix);
    const products = linear(
      inputs,
      this.#own(`weight_ih${suffix}`) as Tensor,
      this.norm ? null : cell.biasIh,
    );
    const rows = rowsOf(products);
    const outputs = new Array<Tensor>(rows.length);
    let state = from;
    for (let i = 0; i < rows.length; i++) {
      const t = backwards ? rows.length - 1 - i : i;
      const next = steps[this.#kind](cell, i, rows[t], state);
      const mask = masks?.[t];
      outputs[t] = mask ? gated(next.h, mask.open) : next.h;
      state = mask
        ? { h: held(next.h, state.h, mask), c: next.c && held(next.c, state.c, mask) }
        : next;
    }
    return { outputs: concat(outputs.map((h) => h.reshape([1, ...h.shape]))), last: state };
  }

  #batch(x: Tensor): { x: Tensor; alone: boolean } {
    const { name } = this.constructor;
    checkTensor(name, "input", x);
    checkSameRuntime(name, x, this.#own("weight_ih_l0"));
    const { shape } = x;
    const alone = shape.length === 2;
    const length = shape.at(-2) ?? 0;
    if ((!alone && shape.length !== 3) || shape.at(-1) !== this.inputSize || length === 0) {
      throw new RangeError(
        `${name}: expected input of shape [N, L, ${this.inputSize}] or [L, ${this.inputSize}] with L > 0, got ` +
          `${show(shape)}`,
      );
    }
    return { x: alone ? x.reshape([1, ...shape]) : x, alone };
  }

  /** The first states of all layers and directions, each [N, H]. */
  #firstStates(
    what: string,
    value: Tensor | null | undefined,
    n: number,
    alone: boolean,
  ): Tensor[] {
    const { name } = this.constructor;
    const { hiddenSize } = this;
    const count = this.numLayers * (this.bidirectional ? 2 : 1);
    const weight = this.#own("weight_ih_l0") as Tensor;
    checkShape(name, what, value, alone ? [count, hiddenSize] : [count, n, hiddenSize]);
    checkSameRuntime(name, weight, value);
    const { runtime } = weight;
    if (!value) return new Array(count).fill(zeros([n, hiddenSize], { runtime }));
    const part = (k: number) => (count === 1 ? value : slice(value, 0, k, k + 1));
    return Array.from({ length: count }, (_, k) => part(k).reshape([n, hiddenSize]));
  }
}

/** The places of a cell that have a norm, with their features. */
function normPlaces(kind: CellKind, norm: CellNormName, h: number): Record<string, number> {
  if (kind === "lstm") return { ih: 4 * h, hh: 4 * h, c: h };
  if (kind === "gru") return { ih: 2 * h, hh: 2 * h, ihN: h, hhN: h };
  return norm === "ln" ? { sum: h } : { ih: h, hh: h };
}

/** The rows [N, …] of x [L, N, …]. Halves of halves are cut, so that the way back takes L·log L and not L². */
function rowsOf(x: Tensor): Tensor[] {
  const [length, ...rest] = x.shape;
  if (length === 1) return [x.reshape(rest)];
  const half = Math.floor(length / 2);
  return [...rowsOf(slice(x, 0, 0, half)), ...rowsOf(slice(x, 0, half))];
}
