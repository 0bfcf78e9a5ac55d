// Batch norms by the statistics of other data than those that training has seen last.
import { noGrad } from "../autograd.js";
import { call } from "../call.js";
import { channelMoments } from "../ops/norm/group-batch-norm.js";
import { addMoments, groupMoments, type Moments, noMoments } from "../ops/norm/group-moments.js";
import { overPositions } from "../ops/norm/valid-positions.js";
import { checkOptions, describe, type Rules, synchronously } from "../options.js";
import { type AnyTensor, alias, rewrite, Tensor, tidy } from "../tensor.js";
import { isModule, type Module } from "./module.js";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, SyncBatchNorm } from "./norm.js";
import { CellBatchNorm } from "./recurrent-norm.js";

/** @internal The layers whose statistics are those of a batch. */
export type BatchNorm = BatchNorm1d | BatchNorm2d | BatchNorm3d | SyncBatchNorm;
type Tracking = BatchNorm & { runningMean: Tensor; runningVar: Tensor };

const kinds = [BatchNorm1d, BatchNorm2d, BatchNorm3d, SyncBatchNorm];

/** @internal The batch norms of a model, each once. Refuses those of recurrent cells. */
export function batchNormsOf(op: string, model: Module): BatchNorm[] {
  if (!isModule(model)) throw new TypeError(`${op}: expected a layer, got ${describe(model)}`);
  const all = new Set([...model.modules()].map(([, module]) => module));
  if ([...all].some((module) => module instanceof CellBatchNorm))
    throw new TypeError(
      `${op}: a recurrent layer with norm "bn" has statistics of each step, which this does not know; use norm "ln"`,
    );
  return [...all].filter((module): module is BatchNorm =>
    kinds.some((kind) => module instanceof kind),
  );
}

/**
 * Runs `body`, and returns what it returns, while every batch norm of `model` normalises by the statistics of its batch
 * and moves no running statistics. The modes of the other layers stay as they are.
 *
 * @throws TypeError if `model` is no layer.
 */
export function withBatchStatistics<T>(model: Module, body: () => T): T {
  const norms = batchNormsOf("withBatchStatistics", model);
  const before = norms.map(({ runningMean, runningVar, numBatchesTracked, training }) => {
    return { runningMean, runningVar, numBatchesTracked, training };
  });
  const none = { runningMean: null, runningVar: null, numBatchesTracked: null, training: true };
  for (const norm of norms) Object.assign(norm, none);
  try {
    return synchronously("withBatchStatistics", body);
  } finally {
    norms.forEach((norm, i) => {
      Object.assign(norm, before[i]);
    });
  }
}

/** Options of `updateBatchNorm` and `adaBN`. */
export interface UpdateBatchNormOptions<B> {
  /** Runs the model on a batch. By default it gets the batch itself, or its `images`. */
  forward?: (batch: B) => unknown;
}

const rules: Rules<UpdateBatchNormOptions<never>> = { forward: "function" };

/** The moments of what a batch norm gets, without padding. */
function momentsOf(op: string, { layout }: BatchNorm, x: Tensor, mask: AnyTensor | null): Moments {
  if (!mask) return channelMoments(op, x, { layout });
  let moments: Moments | null = null;
  using _ = overPositions(op, x, mask, { layout }, (valid) => {
    moments = channelMoments(op, valid, {});
    return alias(valid, valid.shape);
  });
  return moments as unknown as Moments;
}

/**
 * Sets the running statistics of every batch norm of `model` to those of all batches together: the mean, and the
 * variance over all values, in float64 (precise batch norm, Wu & Johnson 2021, arXiv 2105.07576). PyTorch's `update_bn`
 * averages the batches' variances instead. The model runs without gradients and, but for its batch norms, in the mode
 * that it is in: after `model.eval()` the statistics are those of what evaluation will see. `numBatchesTracked` becomes
 * the number of batches. A SyncBatchNorm of a process group takes the batches of all its ranks.
 *
 * A call that throws changes nothing.
 * @throws TypeError if `model` is no layer, RangeError if there is no batch, and what the model throws
 */
export function updateBatchNorm<B = Tensor>(
  model: Module,
  batches: Iterable<B>,
  options: UpdateBatchNormOptions<B> = {},
): void {
  update("updateBatchNorm", model, batches, options);
}

/**
 * Adaptive batch normalisation (Li et al. 2016, arXiv 1603.04779): `updateBatchNorm` by batches of another domain, for
 * a model that was trained on one and is used on the other.
 *
 * @throws as `updateBatchNorm` does.
 */
export function adaBN<B = Tensor>(
  model: Module,
  batches: Iterable<B>,
  options: UpdateBatchNormOptions<B> = {},
): void {
  update("adaBN", model, batches, options);
}

function update<B>(
  op: string,
  model: Module,
  batches: Iterable<B>,
  options: UpdateBatchNormOptions<B>,
): void {
  const tracks = (norm: BatchNorm): norm is Tracking => norm.runningMean !== null;
  const norms = batchNormsOf(op, model).filter(tracks);
  const { forward = forwardOf(op, model) } = checkOptions(
    op,
    options,
    rules as Rules<typeof options>,
  );
  if (typeof (batches as Iterable<B> | null)?.[Symbol.iterator] !== "function")
    throw new TypeError(`${op}: expected batches to go through, got ${describe(batches)}`);
  const sums = new Map(norms.map((norm) => [norm, noMoments(norm.numFeatures)]));
  const hooks = norms.map((norm) =>
    norm.registerForwardHook((_, [x, mask]) => {
      const moments = momentsOf(op, norm, x as Tensor, (mask ?? null) as AnyTensor | null);
      addMoments(sums.get(norm) as Moments, moments);
    }),
  );
  let count = 0;
  try {
    withBatchStatistics(model, () => {
      for (const batch of batches) {
        tidy(() => {
          noGrad(() => forward(batch));
        });
        count++;
      }
    });
  } finally {
    for (const hook of hooks) hook.remove();
  }
  if (count === 0) throw new RangeError(`${op}: expected at least one batch`);
  const pooled = norms.map((norm) => {
    const group = norm instanceof SyncBatchNorm ? norm.processGroup : null;
    const own = sums.get(norm) as Moments;
    return group ? groupMoments(own, group) : own;
  });
  call(op, () => {
    norms.forEach((norm, i) => {
      settle(norm, pooled[i], count);
    });
  });
}

function settle(norm: Tracking, { count, mean, m2 }: Moments, batches: number): void {
  if (count === 0) return; // no batch reached this layer
  const { runningMean, runningVar, numBatchesTracked, correction } = norm;
  rewrite([runningMean, runningVar], () => {
    runningMean.elements.set(mean);
    runningVar.elements.set(m2.map((sum) => sum / (count - correction)));
  });
  if (numBatchesTracked)
    rewrite([numBatchesTracked], () => {
      numBatchesTracked.elements[0] = BigInt(batches);
    });
}

/** Takes a batch, or its images. */
const forwardOf = (op: string, model: Module) => (batch: unknown) => {
  const x = batch instanceof Tensor ? batch : (batch as { images?: unknown } | null)?.images;
  if (!(x instanceof Tensor))
    throw new TypeError(
      `${op}: expected batches of tensors, or with images, got ${describe(batch)}; name a forward for others`,
    );
  return model.forward(x as Tensor);
};
