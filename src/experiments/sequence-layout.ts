import { noGrad } from "../autograd.js";
import { BatchNorm1d } from "../nn/norm.js";
import { batchNorm } from "../ops/norm/batch-norm.js";
import { permute } from "../ops/shape/permute.js";
import { randn } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, tensor, tidy } from "../tensor.js";
import { momentsOf } from "./moments.js";
import { pace } from "./pace.js";
import { drawSentences, type Sentences, type SentencesOptions, wordMoments } from "./sentences.js";

/** The standard deviation of the batch mean of feature 0, over `batches` batches of words without padding. */
export async function spreadOfMeans(
  options: SentencesOptions,
  common: number,
  batches: number,
  runtime: Runtime,
): Promise<number> {
  const means: number[] = [];
  for (let i = 0; i < batches; i++) {
    await pace();
    const sentences = drawSentences(options, common, runtime);
    means.push(wordMoments(sentences).mean);
  }
  return Math.sqrt(momentsOf(means).unbiased);
}

/** Reverses the words of every sentence before batch norm, or after it. Returns the largest difference. */
export function shuffle({ values, batch, channels, longest }: Sentences, runtime: Runtime): number {
  const turned = (of: Float32Array) =>
    of.map((_, i) => of[i - (i % longest) + (longest - 1 - (i % longest))]);
  return tidy(() =>
    noGrad(() => {
      const normed = (of: Float32Array) =>
        batchNorm(tensor(of, [batch, channels, longest], { runtime }), { training: true }).data;
      const [before, after] = [normed(turned(values)), turned(normed(values))];
      return before.reduce((most, value, i) => Math.max(most, Math.abs(value - after[i])), 0);
    }),
  );
}

/** Gives a transformer's [N, L, C] to a layer that expects [N, C, L]. */
export function layouts(runtime: Runtime): { refusal: string; right: number; wrong: number } {
  const [n, l, c] = [16, 12, 12];
  using layer = new BatchNorm1d(c, { runtime });
  using unlike = new BatchNorm1d(c + 1, { runtime });
  return tidy(() =>
    noGrad(() => {
      const x = randn([n, l, c], { runtime });
      x.data.forEach((value, i) => {
        x.data[i] = value + (i % c); // feature k has mean k
      });
      const largestMean = (y: Tensor) =>
        Math.max(
          ...Array.from({ length: c }, (_, k) =>
            Math.abs(momentsOf(y.data.filter((_, i) => i % c === k)).mean),
          ),
        );
      const right = permute(layer.forward(permute(x, [0, 2, 1])), [0, 2, 1]);
      return {
        refusal: refusalOf(() => unlike.forward(x)),
        right: largestMean(right),
        wrong: largestMean(layer.forward(x)),
      };
    }),
  );
}

function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("internal: padding: expected a refusal");
}
