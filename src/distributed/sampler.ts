import { Rng } from "../data/rng.js";
import { checkInteger } from "../numbers.js";
import { checkOptions, type Rules } from "../options.js";

/** Options of `DistributedSampler`. */
export interface DistributedSamplerOptions {
  /** The number of ranks. Default 1. */
  numReplicas?: number;
  /** This rank. Default 0. */
  rank?: number;
  /** A new order in every epoch. Default true. */
  shuffle?: boolean;
  /** Decides the order, together with the epoch; the same in all ranks. Default 0. */
  seed?: number;
  /** Leave out the last samples where the ranks cannot have the same number of them. Default false. */
  dropLast?: boolean;
  /** Give some samples twice there, as PyTorch does: wrong for an evaluation. Default false. */
  pad?: boolean;
}

const rules: Rules<DistributedSamplerOptions> = {
  numReplicas: "number",
  rank: "number",
  shuffle: "boolean",
  seed: "number",
  dropLast: "boolean",
  pad: "boolean",
};

/**
 * The samples of one rank among n. The order is that of a `DataLoader` of the same seed and epoch, dealt to the ranks
 * in turn: together, the batches of all ranks are the batch of one process.
 */
export class DistributedSampler {
  readonly #count: number;
  readonly #options: Required<DistributedSamplerOptions>;

  /** Throws RangeError for a rank outside 0 … numReplicas − 1 and for numbers that are no integers. */
  constructor(n: number, options: DistributedSamplerOptions = {}) {
    const op = "DistributedSampler";
    const given = checkOptions(op, options, rules);
    const { numReplicas = 1, rank = 0, shuffle = true, seed = 0 } = given;
    const { dropLast = false, pad = false } = given;
    checkInteger(op, "n", n, 0);
    checkInteger(op, "numReplicas", numReplicas);
    checkInteger(op, "rank", rank, 0);
    if (rank >= numReplicas)
      throw new RangeError(`${op}: expected rank below ${numReplicas}, got ${rank}`);
    if (!Number.isSafeInteger(seed))
      throw new RangeError(`${op}: expected seed to be an integer, got ${seed}`);
    if (pad && dropLast) throw new RangeError(`${op}: expected one of pad and dropLast, got both`);
    this.#count = n;
    this.#options = { numReplicas, rank, shuffle, seed, dropLast, pad };
  }

  /** The order of an epoch over all ranks: [n] indices. */
  order(epoch: number): Uint32Array {
    checkInteger("DistributedSampler", "epoch", epoch, 0);
    const { shuffle, seed } = this.#options;
    const order = Uint32Array.from({ length: this.#count }, (_, i) => i);
    return shuffle ? new Rng(seed, epoch).shuffle(order) : order;
  }

  /** The samples of this rank in an epoch. */
  indices(epoch: number): Uint32Array {
    const { numReplicas, dropLast, pad } = this.#options;
    const order = this.order(epoch);
    const share = order.length / numReplicas;
    if (dropLast) return this.#dealt(order.subarray(0, Math.floor(share) * numReplicas));
    if (!pad || order.length === 0) return this.#dealt(order);
    const length = Math.ceil(share) * numReplicas;
    return this.#dealt(Uint32Array.from({ length }, (_, i) => order[i % order.length]));
  }

  /**
   * The parts of this rank in batches of `batchSize` samples over all ranks, from batch `first` on. Every rank gets the
   * same number of parts; the last may be empty. So a training can go on with another number of ranks. Throws
   * RangeError for numbers that are no integers.
   */
  batches(epoch: number, batchSize: number, first = 0): Generator<Uint32Array> {
    const op = "DistributedSampler.batches";
    checkInteger(op, "batchSize", batchSize);
    checkInteger(op, "first", first, 0);
    return this.#cut(this.order(epoch), batchSize, first);
  }

  *#cut(order: Uint32Array, batchSize: number, first: number): Generator<Uint32Array> {
    for (let start = first * batchSize; start < order.length; start += batchSize)
      yield this.#dealt(order.subarray(start, start + batchSize));
  }

  #dealt(list: Uint32Array): Uint32Array {
    const { numReplicas, rank } = this.#options;
    return list.filter((_, i) => i % numReplicas === rank);
  }
}
