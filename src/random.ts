import { call, onRefusal } from "./call.js";
import { isBytes } from "./dtype.js";
import { checkOptions, describe, type Rules } from "./options.js";
import { behind } from "./runtime/address.js";
import { MersenneTwister, SAVED_WORDS } from "./runtime/mersenne-twister.js";
import type { Runtime } from "./runtime/runtime.js";
import { checkDims } from "./shape.js";
import { type Shape, type Tensor, temporary, zeros } from "./tensor.js";

/** Options of `rand` and `randn`. */
export interface RandomOptions {
  /** Whether the tensor collects a gradient; false by default. */
  requiresGrad?: boolean;
  /** Default: the runtime of `init()`. */
  runtime?: Runtime;
  /** Default: the generator that `manualSeed` sets. */
  generator?: Generator;
}

const rules: Rules<RandomOptions> = {
  requiresGrad: "boolean",
  runtime: "Runtime",
  generator: "Generator",
};

/** A stream of random numbers of its own. */
export class Generator {
  #twister: MersenneTwister;
  #seed: bigint;
  /** The second half of the last pair of single normals, not used yet. */
  #spare: number | null = null;

  /** Throws RangeError unless `seed` is an integer from −2^63 to 2^64 − 1. Its low 32 bits count, as in PyTorch. */
  constructor(seed: number | bigint) {
    this.#seed = checkSeed("Generator", seed);
    this.#twister = new MersenneTwister(Number(BigInt.asUintN(32, this.#seed)));
  }

  get seed(): bigint {
    return this.#seed;
  }

  /** Starts again from `seed`. */
  manualSeed(seed: number | bigint): this {
    this.#seed = checkSeed("manualSeed", seed);
    this.#twister = new MersenneTwister(Number(BigInt.asUintN(32, this.#seed)));
    this.#spare = null;
    return this;
  }

  /** The full state as bytes to keep: [seed, the normal number left over, the words of the Mersenne twister]. */
  getState(): Uint8Array {
    const bytes = new Uint8Array(STATE_BYTES);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, BigInt.asUintN(64, this.#seed), true);
    view.setFloat64(8, this.#spare ?? Number.NaN, true);
    this.#twister.save().forEach((word, i) => {
      view.setUint32(16 + 4 * i, word, true);
    });
    return bytes;
  }

  /**
   * Continues from a state that `getState` gave.
   * @throws TypeError for no bytes, RangeError for other bytes, and changes nothing then
   */
  setState(bytes: Uint8Array): this {
    checkGeneratorState(bytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const spare = view.getFloat64(8, true);
    this.#seed = view.getBigUint64(0, true);
    this.#spare = Number.isNaN(spare) ? null : spare;
    this.#twister.restore(
      Uint32Array.from({ length: SAVED_WORDS }, (_, i) => view.getUint32(16 + 4 * i, true)),
    );
    return this;
  }

  /** @internal If the call is refused, the generator returns to its present state. */
  lend(): void {
    const [twister, spare] = [this.#twister.save(), this.#spare];
    onRefusal(() => {
      this.#twister.restore(twister);
      this.#spare = spare;
    });
  }

  /** A number of 32 random bits. */
  random(): number {
    return this.#twister.next();
  }

  /** Uniform in [0, 1) with 24 bits, which is what a float32 holds. */
  uniform(): number {
    return (this.#twister.next() & 0xffffff) / 2 ** 24;
  }

  /** Uniform in [0, 1) with 53 bits from two draws. The first draw gives the high bits. */
  uniformDouble(): number {
    const high = this.#twister.next() & 0x1fffff;
    return (high * 2 ** 32 + this.#twister.next()) / 2 ** 53;
  }

  /** 0 … n − 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.random() % (n - i));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** Fills a float32 tensor with N(0, 1). */
  fillNormal(out: Tensor): void {
    if (out.size >= 16) this.#fillBlocks(out);
    else this.#fillSingly(out);
    out.written();
  }

  /**
   * Each block of 16 uniforms becomes 16 normals. If the last block is not full, the last 16 elements are drawn again.
   */
  #fillBlocks(out: Tensor): void {
    const { elements, size, runtime, ptr } = out;
    for (let i = 0; i < size; i++) elements[i] = this.uniform();
    runtime.run("boxMuller", Math.floor(size / 16), 256, [ptr]);
    if (size % 16 === 0) return;
    const rest = out.elements;
    for (let i = size - 16; i < size; i++) rest[i] = this.uniform();
    runtime.run("boxMuller", 1, 256, [behind(ptr, 4 * (size - 16))]);
  }

  /** For fewer than 16 elements: one by one in float64. Every second one is the other half of the pair before. */
  #fillSingly(out: Tensor): void {
    using pair = temporary(out.runtime, [2], "float64");
    for (let i = 0; i < out.size; i++) {
      if (this.#spare !== null) {
        out.elements[i] = this.#spare;
        this.#spare = null;
        continue;
      }
      const u1 = this.uniformDouble();
      pair.elements.set([u1, this.uniformDouble()]);
      out.runtime.run("boxMullerDouble", 1, 1, [pair.ptr]);
      out.elements[i] = pair.elements[0];
      this.#spare = pair.elements[1];
    }
  }
}

const STATE_BYTES = 16 + 4 * SAVED_WORDS;

/** @internal Refuses bytes that cannot come from `getState`. */
export function checkGeneratorState(bytes: Uint8Array): void {
  if (!isBytes(bytes)) throw new TypeError("Generator: expected the state to be a Uint8Array");
  if (bytes.length !== STATE_BYTES)
    throw new RangeError(
      `Generator: expected a state of ${STATE_BYTES} bytes, got ${bytes.length}`,
    );
  const at = new DataView(bytes.buffer, bytes.byteOffset).getUint32(16, true);
  if (at >= SAVED_WORDS) throw new RangeError("Generator: this is no state of a generator");
}

/** The generator that is used if none is given. It begins with PyTorch's own default seed. */
export const defaultGenerator = /* @__PURE__ */ new Generator(67280421310721n);

/** Seeds the generator that `rand`, `randn`, `randperm` and the initialisers use if none is given. */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}

/**
 * Uniform in [0, 1).
 * @shape shape → a tensor of that shape
 * @source torch.rand
 */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  checkDims("rand", shape, options);
  const { generator, ...own } = checkOptions("rand", options, rules);
  return call("rand", () => uniform_(zeros(shape, own), 0, 1, generator));
}

/**
 * Normal with mean 0 and variance 1.
 * @shape shape → a tensor of that shape
 * @source torch.randn
 */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  checkDims("randn", shape, options);
  const { generator = defaultGenerator, ...own } = checkOptions("randn", options, rules);
  return call("randn", () => {
    const out = zeros(shape, own);
    generator.fillNormal(out);
    return out;
  });
}

const permutationRules: Rules<{ generator?: Generator; runtime?: Runtime }> = {
  generator: "Generator",
  runtime: "Runtime",
};

/**
 * 0 … n − 1 in random order, int32.
 * @throws RangeError unless n is an integer from 0 to 2^31 − 1
 */
export function randperm(
  n: number,
  options: { generator?: Generator; runtime?: Runtime } = {},
): Tensor<"int32"> {
  checkOptions("randperm", options, permutationRules);
  const { generator = defaultGenerator, runtime } = options;
  return call("randperm", () => {
    if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31) {
      throw new RangeError(`randperm: expected an integer from 0 to 2³¹ − 1, got ${describe(n)}`);
    }
    const out = zeros([n], { runtime, dtype: "int32" }); // before the generator moves on
    out.elements.set(generator.permutation(n));
    return out;
  });
}

/** @internal Fills `out` with uniforms in [low, high), rounded once as in PyTorch. Returns `out`. */
export function uniform_(
  out: Tensor,
  low: number,
  high: number,
  generator: Generator = defaultGenerator,
): Tensor {
  const { elements } = out;
  const from = Math.fround(low);
  const range = Math.fround(Math.fround(high) - from);
  // PyTorch uses a fused multiply-add: here the product is exact in float64
  for (let i = 0; i < elements.length; i++) elements[i] = generator.uniform() * range + from;
  out.written();
  return out;
}

function checkSeed(op: string, seed: number | bigint): bigint {
  const valid = typeof seed === "bigint" || Number.isSafeInteger(seed);
  if (!valid || seed < -(2n ** 63n) || seed >= 2n ** 64n) {
    throw new RangeError(`${op}: expected an integer from −2⁶³ to 2⁶⁴ − 1, got ${describe(seed)}`);
  }
  return BigInt(seed);
}
