import { LayerInstanceNorm } from "./ada-lin.js";
import {
  BatchInstanceNorm,
  BatchRenorm,
  FrozenBatchNorm2d,
  GhostBatchNorm,
} from "./batch-variants.js";
import { ChannelsLast } from "./channels-last.js";
import type { Conv2d } from "./conv.js";
import { Derf, DyT } from "./dyt.js";
import { EvoNormB0, EvoNormS0 } from "./evonorm.js";
import { FRN } from "./frn.js";
import { GlobalResponseNorm } from "./global-response-norm.js";
import { Identity } from "./identity.js";
import type { LayerOptions } from "./init.js";
import { IterNorm } from "./iter-norm.js";
import { LayerNorm2d } from "./layer-norm-2d.js";
import { LocalResponseNorm } from "./local-response-norm.js";
import type { Module } from "./module.js";
import { BatchNorm2d, GroupNorm, InstanceNorm2d } from "./norm.js";
import { spectralNorm } from "./parametrizations/spectral-norm.js";
import { weightNorm } from "./parametrizations/weight-norm.js";
import {
  scaledWeightStandardization,
  weightStandardization,
} from "./parametrizations/weight-standardization.js";
import { PowerNorm } from "./power-norm.js";
import { RMSNorm2d } from "./rms-norm-2d.js";
import { CRMSNorm, ScaleNorm } from "./scale-norm.js";
import { SwitchableNorm } from "./switchable-norm.js";
import { MeanVarianceNorm, PixelNorm, PositionalNorm, UnitNorm } from "./unlearned.js";

/** Options for the layer of any method. A layer takes those that it has. */
export interface MakeOptions extends LayerOptions {
  /** Added to the variance; the default is that of the layer. */
  eps?: number;
  /** Weight of the new value in the running statistics; the default is that of the layer. */
  momentum?: number;
}

/** A method that specs can name. */
export interface NormMethod {
  /** The name in specs, such as "gn" in "gn:8". It is lower case and unique. */
  readonly name: string;
  /** The number after the colon of a spec, and its default for a number of channels. */
  readonly argument?: {
    /** What the number counts, such as "groups". */
    readonly means: string;
    /** The default of the number for a number of channels. */
    readonly usual: (channels: number) => number;
    /** Whether the number must divide the channels. */
    readonly divides?: boolean;
  };
  /** Makes the layer for [N, channels, H, W]. Only methods that can follow a convolution as a layer have it. */
  readonly make?: (channels: number, options: MakeOptions, argument: number) => Module;
  /** The options that the layer has. */
  readonly takes?: readonly ("eps" | "momentum")[];
  /** Whether the layer contains an activation. */
  readonly activates?: boolean;
  /** Makes a convolution compute its weight by this method. */
  readonly parametrize?: (conv: Conv2d) => void;
}

/** The largest power of two, at most 32, that divides the channels. */
function groupsOf(channels: number): number {
  let groups = 32;
  while (channels % groups !== 0) groups /= 2;
  return groups;
}

/**
 * Every normalisation of this library. Its texts are in src/experiments/methods, so that users of a layer load no
 * texts. A row without a text and a text without a row are compile errors. The table has only literals: a call at
 * module level would put the table into every bundle, because esbuild drops the marks of pure calls when it minifies.
 */
const table = [
  {
    name: "bn",
    takes: ["eps", "momentum"],
    make: (channels, options) => new BatchNorm2d(channels, options),
  },
  {
    name: "frozen-bn",
    takes: ["eps"],
    make: (channels, { eps, runtime }) => new FrozenBatchNorm2d(channels, { eps, runtime }),
  },
  {
    name: "renorm",
    takes: ["eps", "momentum"],
    make: (channels, options) => new BatchRenorm(channels, options),
  },
  {
    name: "ghost",
    takes: ["eps", "momentum"],
    argument: { means: "samples of a part", usual: () => 128 },
    make: (channels, options, virtualBatchSize) =>
      new GhostBatchNorm(channels, { ...options, virtualBatchSize }),
  },
  {
    name: "bin",
    takes: ["eps", "momentum"],
    make: (channels, options) => new BatchInstanceNorm(channels, options),
  },
  {
    name: "sn",
    takes: ["eps", "momentum"],
    make: (channels, options) => new SwitchableNorm(channels, options),
  },
  {
    name: "iternorm",
    takes: ["eps", "momentum"],
    argument: {
      means: "groups",
      usual: (channels) => (channels % 64 === 0 ? channels / 64 : 1),
      divides: true,
    },
    make: (channels, options, groups) => new IterNorm(channels, { ...options, groups }),
  },
  {
    name: "powernorm",
    takes: ["eps"],
    make: (channels, { eps, runtime }) => new PowerNorm(channels, { eps, runtime }),
  },
  { name: "mvn", takes: ["eps"], make: (_, { eps }) => new MeanVarianceNorm({ eps }) },
  {
    name: "ln",
    takes: ["eps"],
    make: (channels, { eps, runtime }) => new GroupNorm(1, channels, { eps, runtime }),
  },
  {
    name: "in",
    takes: ["eps", "momentum"],
    make: (channels, options) => new InstanceNorm2d(channels, options),
  },
  {
    name: "in-affine",
    takes: ["eps", "momentum"],
    make: (channels, options) => new InstanceNorm2d(channels, { ...options, affine: true }),
  },
  {
    name: "gn",
    takes: ["eps"],
    argument: { means: "groups", usual: () => 4, divides: true },
    make: (channels, { eps, runtime }, groups) => new GroupNorm(groups, channels, { eps, runtime }),
  },
  {
    name: "lin",
    takes: ["eps"],
    make: (channels, { eps, runtime }) => new LayerInstanceNorm(channels, { eps, runtime }),
  },
  {
    name: "grn",
    takes: ["eps"],
    make: (channels, { eps, runtime }) => new GlobalResponseNorm(channels, { eps, runtime }),
  },
  { name: "revin" },
  { name: "layer-norm" },
  {
    name: "ln2d",
    takes: ["eps"],
    make: (channels, { eps, runtime }) => new LayerNorm2d(channels, { eps, runtime }),
  },
  { name: "pn", takes: ["eps"], make: (_, { eps }) => new PositionalNorm({ eps }) },
  { name: "rms-norm" },
  {
    name: "rms",
    takes: ["eps"],
    make: (channels, { eps, runtime }) => new RMSNorm2d(channels, { eps, runtime }),
  },
  { name: "pixel", takes: ["eps"], make: (_, { eps }) => new PixelNorm({ eps }) },
  {
    name: "crms",
    takes: ["eps"],
    make: (channels, { eps, runtime }) =>
      new ChannelsLast(new CRMSNorm(channels, { eps, runtime })),
  },
  {
    name: "scalenorm",
    takes: ["eps"],
    make: (channels, { eps, runtime }) =>
      new ChannelsLast(new ScaleNorm(channels, { eps, runtime })),
  },
  { name: "unit", takes: ["eps"], make: (_, { eps }) => new UnitNorm({ eps }) },
  {
    name: "lrn",
    argument: { means: "neighbouring channels", usual: () => 5 },
    make: (_, __, size) => new LocalResponseNorm(size),
  },
  { name: "qk-norm" },
  { name: "layer-scale" },
  { name: "adain" },
  { name: "cond-in" },
  { name: "cond-bn" },
  { name: "film" },
  { name: "spade" },
  { name: "adalin" },
  { name: "adaln" },
  { name: "adaln-zero" },
  {
    name: "frn",
    takes: ["eps"],
    make: (channels, { eps, runtime }) => new FRN(channels, { eps, runtime }),
    activates: true,
  },
  {
    name: "evonorm-b0",
    takes: ["eps", "momentum"],
    make: (channels, options) => new EvoNormB0(channels, options),
    activates: true,
  },
  {
    name: "evonorm-s0",
    takes: ["eps"],
    argument: { means: "groups", usual: groupsOf, divides: true },
    make: (channels, { eps, runtime }, groups) => new EvoNormS0(channels, { eps, runtime, groups }),
    activates: true,
  },
  { name: "dyt", make: (channels, { runtime }) => new DyT(channels, { runtime, layout: "nchw" }) },
  {
    name: "derf",
    make: (channels, { runtime }) => new Derf(channels, { runtime, layout: "nchw" }),
  },
  { name: "none", make: () => new Identity() },
  { name: "ws", parametrize: (conv) => weightStandardization(conv) },
  { name: "sws", parametrize: (conv) => scaledWeightStandardization(conv) },
  { name: "wn", parametrize: (conv) => weightNorm(conv) },
  { name: "spectral", parametrize: (conv) => spectralNorm(conv) },
  { name: "standard-scaler" },
  { name: "min-max-scaler" },
  { name: "robust-scaler" },
  { name: "normalize" },
] as const satisfies readonly NormMethod[];

/** All methods, in the order of the texts; `createNorm` and the experiments take their names. */
export const normTable: readonly NormMethod[] = table;

/** The names of the rows. */
export type NormName = (typeof table)[number]["name"];
