import type { Conv2d } from "../conv.js";
import type { LayerOptions } from "../init.js";
import type { Module } from "../module.js";

/** What is handed on to the layer; each takes of it what it has. */
export interface MakeOptions extends LayerOptions {
  eps?: number;
  /** Weight of the new value in the running statistics. */
  momentum?: number;
}

/** One row of the table of all methods. Texts are plain, formulas in Unicode. */
export interface Method {
  /** What specs call it, "gn" of "gn:8"; lower case, unique. */
  readonly name: string;
  readonly title: string;
  /** Which elements share a statistic, and which statistic. */
  readonly statistics: string;
  readonly learned: string;
  readonly formula: string;
  readonly defaults: string;
  /** Whether a sample's result depends on the rest of its batch. */
  readonly batch: "no" | "in training" | "always";
  /** Who described it, and where. */
  readonly paper?: { readonly by: string; readonly arXiv?: string };
  /** Names in `evenkeel`, `nn.…` of its layers, `data.…` in `evenkeel/data`. */
  readonly api: readonly string[];
  /** The number a spec may have behind a colon, and what it is for so many channels when left out. */
  readonly argument?: {
    readonly means: string;
    readonly usual: (channels: number) => number;
    /** Whether it must divide the channels. */
    readonly divides?: boolean;
  };
  /** Its layer for [N, channels, H, W]; only methods that can stand behind a convolution by themselves have it. */
  readonly make?: (channels: number, options: MakeOptions, argument: number) => Module;
  /** The layer brings its own activation. */
  readonly activates?: boolean;
  /** Makes a convolution compute its weight by this method. */
  readonly parametrize?: (conv: Conv2d) => void;
}

/** Methods of one kind. */
export interface Family {
  readonly name: string;
  readonly title: string;
  readonly methods: readonly Method[];
}
