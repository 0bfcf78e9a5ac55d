import type { NormMethod, NormName } from "../../nn/index.js";
import type { Pattern } from "../sets.js";

/** What a method is. Texts are plain, formulas in Unicode. */
export interface Description {
  /** What specs call it, "gn" of "gn:8": the name of a row of `nn.normTable`. */
  readonly name: NormName;
  readonly title: string;
  /** Which elements share a statistic, and which statistic. */
  readonly statistics: string;
  readonly learned: string;
  readonly formula: string;
  /** The same in TeX, for formulas as MathML: without fences that stretch and lines above, which Chromium cannot draw without a font. */
  readonly tex: string;
  /**
   * Which elements of feature maps, or of vectors [N, L, C] (positions are their tokens), share a statistic in training; nothing
   * where each is by itself. Absent where it is no such input that is normalised.
   */
  readonly sets?: readonly Pattern[];
  readonly defaults: string;
  /** Whether a sample's result depends on the rest of its batch. */
  readonly batch: "no" | "in training" | "always";
  /** Who described it, and where. */
  readonly paper?: { readonly by: string; readonly arXiv?: string };
  /** Names in `evenkeel`, `nn.…` of its layers, `data.…` in `evenkeel/data`. */
  readonly api: readonly string[];
}

/** Methods of one kind. */
export interface Family<Row = Description> {
  readonly name: string;
  readonly title: string;
  readonly methods: readonly Row[];
}

/** One row of the table of all methods: what it is, and how `createNorm` makes it. */
export type Method = Description & NormMethod;
