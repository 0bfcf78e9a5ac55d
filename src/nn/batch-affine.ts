import type { AnyTensor } from "../tensor.js";
import { FrozenBatchNorm2d } from "./batch-variants.js";
import type { Module } from "./module.js";
import { BatchNorm1d, BatchNorm2d, SyncBatchNorm } from "./norm.js";

/** What folding reads of a batch norm: any of the layers here, frozen ones too. */
export interface FoldableNorm extends Module {
  readonly eps: number;
  readonly weight: AnyTensor | null;
  readonly bias: AnyTensor | null;
  readonly runningMean: AnyTensor | null;
  readonly runningVar: AnyTensor | null;
}

export const isBatchNorm = (layer: Module | undefined): layer is FoldableNorm =>
  [BatchNorm1d, BatchNorm2d, SyncBatchNorm, FrozenBatchNorm2d].some(
    (Norm) => layer instanceof Norm,
  );

/**
 * A batch norm in evaluation, behind channels with this bias, as x·scale + shift: γ/√(v + eps) and β + (bias − mean)·γ/√(v + eps).
 * Throws when it has no running statistics.
 */
export function affineOf(
  norm: FoldableNorm,
  bias: AnyTensor | null,
): { scale: Float64Array; shift: Float64Array } {
  const { runningMean, runningVar, eps } = norm;
  if (!runningMean || !runningVar)
    throw new TypeError("foldBatchNorm: expected a norm with running statistics");
  const [mean, variance] = [runningMean.elements, runningVar.elements];
  const [gamma, beta, own] = [norm.weight?.elements, norm.bias?.elements, bias?.elements];
  const scale = new Float64Array(mean.length);
  const shift = new Float64Array(mean.length);
  for (let c = 0; c < mean.length; c++) {
    scale[c] = Number(gamma?.[c] ?? 1) / Math.sqrt(Number(variance[c]) + eps);
    shift[c] = Number(beta?.[c] ?? 0) + (Number(own?.[c] ?? 0) - Number(mean[c])) * scale[c];
  }
  return { scale, shift };
}
