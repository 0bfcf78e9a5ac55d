import { ChannelsLast } from "../../nn/channels-last.js";
import type { Module } from "../../nn/module.js";
import type { Runtime } from "../../runtime/runtime.js";
import type { Tensor } from "../../tensor.js";
import type { MapShape } from "../sets.js";

/** Where a method is applied. */
export interface Site {
  shape: MapShape;
  runtime: Runtime;
}

/** A method that is ready to be applied. The layer owns all tensors but those of a running `tidy`. */
export interface Made {
  layer: Module;
  /** Whether it gets vectors [N, L, C] instead of maps [N, C, H, W]. */
  tokens: boolean;
  forward(x: Tensor): Tensor;
  eps: number | null;
  /** [C], [N, C] or [N, C, H, W]. */
  gamma: Tensor | null;
  beta: Tensor | null;
  /** The statistics for evaluation, [C] each. A mean of null is 0. */
  running: { mean: Tensor | null; variance: Tensor } | null;
}

/** The settings and tensors of layers, by all the names that they have. */
interface Parts {
  eps?: unknown;
  options?: { eps?: number };
  weight?: Tensor | null;
  gamma?: Tensor;
  affineWeight?: Tensor | null;
  bias?: Tensor | null;
  beta?: Tensor;
  affineBias?: Tensor | null;
  runningMean?: Tensor | null;
  runningVar?: Tensor | null;
  runningPhi?: Tensor;
}

/** What a layer tells of itself. `own` replaces what it cannot know, such as the scale that a condition gives. */
export function madeOf(layer: Module, own: Partial<Made> = {}): Made {
  const parts = (layer instanceof ChannelsLast ? layer.layer : layer) as Parts;
  const eps = parts.eps ?? parts.options?.eps;
  return {
    layer,
    tokens: false,
    forward: (x) => layer.forward(x) as Tensor,
    eps: typeof eps === "number" ? eps : null,
    gamma: parts.weight ?? parts.gamma ?? parts.affineWeight ?? null,
    beta: parts.bias ?? parts.beta ?? parts.affineBias ?? null,
    running: runningOf(parts),
    ...own,
  };
}

/** EvoNorm-B0 has no running mean, and IterNorm no variance but a matrix: they have none of this kind. */
function runningOf({ runningMean, runningVar, runningPhi }: Parts): Made["running"] {
  if (runningPhi) return { mean: null, variance: runningPhi };
  return runningMean && runningVar ? { mean: runningMean, variance: runningVar } : null;
}
