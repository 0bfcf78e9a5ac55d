import type { Layout } from "../ops/norm/layout.js";
import type { AnyTensor } from "../tensor.js";
import { BatchRenorm, FrozenBatchNorm2d, GhostBatchNorm } from "./batch-variants.js";
import { isPlainly } from "./joined.js";
import type { Module } from "./module.js";
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, SyncBatchNorm } from "./norm.js";

/** What folding reads of a batch norm. All batch norms of this library have it, frozen ones too. */
export interface FoldableNorm extends Module {
  readonly eps: number;
  readonly layout: Layout;
  /** Ranks of input that the layer takes. A layer without `ranks` takes every rank from 2. */
  readonly ranks?: readonly number[];
  readonly weight: AnyTensor | null;
  readonly bias: AnyTensor | null;
  readonly runningMean: AnyTensor | null;
  readonly runningVar: AnyTensor | null;
}

/** A norm that uses running statistics in evaluation. */
export type SettledNorm = FoldableNorm & { runningMean: AnyTensor; runningVar: AnyTensor };

export const tensorsOf = ({ weight, bias, runningMean, runningVar }: FoldableNorm) => [
  weight,
  bias,
  runningMean,
  runningVar,
];

const isBatchNorm = (layer: Module | undefined): layer is FoldableNorm =>
  isPlainly<FoldableNorm>(layer, BatchNorm1d, BatchNorm2d, BatchNorm3d, SyncBatchNorm) ||
  isPlainly<FoldableNorm>(layer, FrozenBatchNorm2d, BatchRenorm, GhostBatchNorm);

const evaluates = (norm: Module): boolean => !norm.training || norm instanceof FrozenBatchNorm2d;

/**
 * Whether `norm` can be joined with the layer in front of it. It can if the norm of an input of this rank is x·scale +
 * shift with constants for each slice along `axis`. That holds in evaluation by running statistics, if the norm takes
 * this rank and has its channels on `axis`.
 */
export function scalesAlong(
  norm: Module | undefined,
  rank: number,
  axis: number,
): norm is SettledNorm {
  if (!isBatchNorm(norm) || !norm.runningMean || !evaluates(norm)) return false;
  const takes = norm.ranks?.includes(rank) ?? rank >= 2;
  return takes && axis === (norm.layout === "nhwc" ? rank - 1 : 1);
}

/**
 * A batch norm in evaluation as x·scale + shift, where `bias` is the bias of the layer in front: scale = γ/√(v + eps),
 * shift = β + (bias − mean)·scale.
 */
export function affineOf(
  norm: SettledNorm,
  bias: AnyTensor | null,
): { scale: Float64Array; shift: Float64Array } {
  const [mean, variance] = [norm.runningMean.elements, norm.runningVar.elements];
  const [gamma, beta, own] = [norm.weight?.elements, norm.bias?.elements, bias?.elements];
  const scale = new Float64Array(mean.length);
  const shift = new Float64Array(mean.length);
  for (let c = 0; c < mean.length; c++) {
    scale[c] = Number(gamma?.[c] ?? 1) / Math.sqrt(Number(variance[c]) + norm.eps);
    shift[c] = Number(beta?.[c] ?? 0) + (Number(own?.[c] ?? 0) - Number(mean[c])) * scale[c];
  }
  return { scale, shift };
}
