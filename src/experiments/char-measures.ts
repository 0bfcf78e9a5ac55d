// Measurements of a small language model, apart from its training loss.
import { noGrad } from "../autograd.js";
import { Rng } from "../data/rng.js";
import type { TransformerBlock } from "../models/transformer-block.js";
import type { TransformerLM } from "../models/transformer-lm.js";
import { crossEntropy } from "../ops/reduce/cross-entropy.js";
import { Generator as RandomNumbers } from "../random.js";
import { type Tensor, tensor, tidy } from "../tensor.js";
import type { CharText, Pieces } from "./char-text.js";

/** The logits of `count` pieces of text, whose character indices follow each other: [count · T, vocabulary]. */
function logitsOf(net: TransformerLM, indices: Int32Array, count: number): Tensor {
  const { runtime, shape } = net.head.weight;
  const ids = tensor(indices, [count, indices.length / count], { runtime });
  return net.forward(ids).reshape([-1, shape[0]]);
}

/** The cross-entropy in nats a character. */
export const lossOf = (net: TransformerLM, { inputs, targets, count }: Pieces): Tensor =>
  crossEntropy(logitsOf(net, inputs, count), targets);

/**
 * ‖gradient‖ of each block's second feed-forward weight, the mean over four batches. Xiong et al. 2020 (arXiv
 * 2002.04745) plot this for post-norm and pre-norm nets.
 */
export function firstGradients(
  net: TransformerLM,
  text: CharText,
  batchSize: number,
  seed: number,
): number[] {
  const rng = new Rng(seed, 1);
  const batches = 4;
  const blocks = net.blocks.layers as readonly TransformerBlock[];
  const norms = blocks.map(() => 0);
  for (let batch = 0; batch < batches; batch++) {
    net.zeroGrad();
    tidy(() => lossOf(net, text.batch(batchSize, rng)).backward());
    blocks.forEach((block, i) => {
      const gradient = block.ffn.linear2.weight.grad?.data ?? new Float32Array();
      norms[i] += Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0)) / batches;
    });
  }
  net.zeroGrad();
  return norms;
}

/** How much the logits of earlier characters change with the last one. */
export function leakOf(net: TransformerLM, text: CharText, seed: number): number {
  const { inputs, count } = text.batch(2, new Rng(seed, 2));
  const { length: vocabulary } = text.characters;
  const changed = inputs.slice();
  changed[changed.length - 1] = (changed[changed.length - 1] + 1) % vocabulary;
  const logits = (of: Int32Array) => tidy(() => noGrad(() => logitsOf(net, of, count).toArray()));
  const before = Float32Array.from(logits(inputs)).slice(0, -vocabulary);
  const after = logits(changed);
  return before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i])), 0);
}

/** The loss on the held-out text, `count` pieces at a time. */
export function heldOutLoss(net: TransformerLM, text: CharText, count: number): number {
  let sum = 0;
  let pieces = 0;
  for (const batch of text.heldOut(count)) {
    sum += batch.count * tidy(() => noGrad(() => lossOf(net, batch).item()));
    pieces += batch.count;
  }
  return sum / pieces;
}

/** Continues the held-out text. Each character is drawn with its probability. */
export function write(net: TransformerLM, text: CharText, length: number, seed: number): string {
  const generator = new RandomNumbers(seed);
  const { context, characters } = text;
  let window = [...text.prompt];
  let written = "";
  for (let i = 0; i < length; i++) {
    const next = tidy(() =>
      noGrad(() => {
        const logits = logitsOf(net, Int32Array.from(window), 1).data;
        return draw(logits.subarray(-characters.length), generator.uniform());
      }),
    );
    written += characters[next];
    window = [...window.slice(1 - context), next];
  }
  return written;
}

/** The index at which the running sum of the probabilities of `logits` passes `share`. */
function draw(logits: Float32Array, share: number): number {
  const most = Math.max(...logits);
  const weights = Array.from(logits, (value) => Math.exp(value - most));
  let left = share * weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(
    0,
    weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    }),
  );
}
