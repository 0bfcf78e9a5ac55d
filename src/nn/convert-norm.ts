import { call } from "../call.js";
import { checkOptions, describe, type Rules } from "../options.js";
import type { Tensor } from "../tensor.js";
import { AffineNorm } from "./affine-norm.js";
import { type BatchNorm, batchNormsOf } from "./batch-statistics.js";
import { FrozenBatchNorm2d } from "./batch-variants.js";
import { checkNorm, createNorm } from "./create-norm.js";
import { isModule, type Module } from "./module.js";
import type { MakeOptions } from "./norm-table.js";
import { CellNorm } from "./recurrent-norm.js";
import { replaceLayers } from "./replace-layers.js";

const rules: Rules<MakeOptions> = { eps: "number", momentum: "number", runtime: "Runtime" };

/** A norm with scale and shift of each channel, as far as it has them. */
type ChannelNorm = AffineNorm<never, never> & { numFeatures?: number; numChannels?: number };

const isChannelNorm = (layer: Module): layer is ChannelNorm => layer instanceof AffineNorm;

const channelsOf = ({ numFeatures, numChannels, weight, bias }: ChannelNorm): number | undefined =>
  numFeatures ?? numChannels ?? ((weight ?? bias) as { shape: number[] } | null)?.shape.at(-1);

/** The tensors of a layer that another one may take over, by the names of their properties. */
const KEPT = ["weight", "bias", "runningMean", "runningVar", "numBatchesTracked"] as const;
type Tensors = Record<string, { shape: readonly number[]; dispose(): void } | null | undefined>;

/** Gives `made` what `before` has too: tensors of the same shape themselves, layout and mode. */
function keepWhatCan(made: Module, before: ChannelNorm): void {
  const [own, old] = [made, before] as unknown as Tensors[];
  for (const name of KEPT) {
    const [tensor, kept] = [own[name], old[name]];
    if (!tensor || !kept || String(tensor.shape) !== String(kept.shape)) continue;
    tensor.dispose();
    own[name] = kept;
  }
  made.train(before.training);
  if (isChannelNorm(made)) Object.assign(made, { layout: before.layout });
}

/**
 * Puts another norm in the place of every norm with channels in `model`, such as group norm for batch norm:
 * `convertNorm(model, "gn:8")`. `spec` is one of `createNorm`, or a function that gives one for a layer and its key in
 * the state dict; null leaves the layer. Scale, shift and running statistics of the same shape go on as the same
 * tensors, so that an optimiser keeps them; layout, mode and norms within recurrent cells stay. eps and momentum are
 * those of `options`, or the method's own. Returns `model`, or what took its place.
 *
 * @throws TypeError if `model` is no layer; RangeError for an unknown spec, one that does not fit the channels, and a
 * layout that the new layer has not. A call that throws changes nothing.
 */
export function convertNorm(
  model: Module,
  spec: string | ((layer: Module, key: string) => string | null),
  options: MakeOptions = {},
): Module {
  const op = "convertNorm";
  const own = checkOptions(op, options, rules);
  if (!isModule(model)) throw new TypeError(`${op}: expected a layer, got ${describe(model)}`);
  const specs = new Map<Module, string>();
  for (const [prefix, layer] of model.modules()) {
    if (!isChannelNorm(layer) || specs.has(layer)) continue;
    const key = prefix.slice(0, -1);
    const wanted = typeof spec === "function" ? spec(layer, key) : spec;
    if (wanted === null) continue;
    const channels = channelsOf(layer);
    if (channels === undefined)
      throw new RangeError(`${op}: ${key || "the layer"} does not know its number of channels`);
    checkNorm(wanted, channels, op);
    specs.set(layer, wanted);
  }
  const made = call(op, () => {
    const all = new Map<Module, Module>();
    const [any] = model.stateDict().values();
    for (const [layer, wanted] of specs) {
      const { layout } = layer as ChannelNorm;
      const channels = channelsOf(layer as ChannelNorm) as number;
      const [first = any] = layer.stateDict().values();
      const made = createNorm(wanted, channels, { runtime: first?.runtime, ...own });
      all.set(layer, made);
      if (layout === "nhwc" && !isChannelNorm(made))
        throw new RangeError(`${op}: "${wanted}" has no layout "nhwc"`);
    }
    return all;
  });
  for (const [layer, other] of made) keepWhatCan(other, layer as ChannelNorm);
  return replaceLayers(model, (layer) => made.get(layer) ?? layer);
}

/**
 * Freezes the norms of `model` for good: a FrozenBatchNorm2d with the same tensors takes the place of each batch norm
 * with running statistics, which `train()` does not thaw, and scale and shift of every norm need no gradient any more.
 * Returns `model`, or what took its place.
 *
 * @throws TypeError if `model` is no layer.
 */
export function freezeNorms(model: Module): Module {
  const norms = batchNormsOf("freezeNorms", model).filter(({ runningMean }) => runningMean);
  const frozen = call(
    "freezeNorms",
    () => new Map(norms.map((norm) => [norm as Module, frozenOf(norm)])),
  );
  const all = [...model.modules()]
    .map(([, layer]) => layer)
    .filter((layer) => isChannelNorm(layer) || layer instanceof CellNorm);
  for (const [norm, other] of frozen) keepWhatCan(other, norm as ChannelNorm);
  for (const { weight, bias } of all as unknown as { weight: Tensor | null; bias: Tensor | null }[])
    for (const tensor of [weight, bias]) if (tensor) tensor.requiresGrad = false;
  return replaceLayers(model, (layer) => frozen.get(layer) ?? layer);
}

function frozenOf({ numFeatures, eps, layout, runningMean }: BatchNorm): FrozenBatchNorm2d {
  return new FrozenBatchNorm2d(numFeatures, { eps, layout, runtime: runningMean?.runtime });
}
