import type { NormMethod, NormName } from "../../nn/norm-table.js";
import type { Pattern } from "../sets.js";

/** The description of a method. Texts are plain, formulas are in Unicode. */
export interface Description {
  /** The name in specs, such as "gn" in "gn:8": the name of a row of `nn.normTable`. */
  readonly name: NormName;
  readonly title: string;
  /** Which elements share a statistic, and which statistic. */
  readonly statistics: string;
  readonly learned: string;
  readonly formula: string;
  /**
   * The formula in TeX, for MathML. It has no stretching brackets and no lines above: Chromium cannot draw these
   * without a special font.
   */
  readonly tex: string;
  /**
   * Which elements share a statistic in training, for feature maps or for vectors [N, L, C] (positions are the tokens).
   * Empty if each element stands alone. Absent if the method does not normalise such an input.
   */
  readonly sets?: readonly Pattern[];
  readonly defaults: string;
  /** Whether a sample's result depends on the rest of its batch. */
  readonly batch: "no" | "in training" | "always";
  /** The authors, and the paper. */
  readonly paper?: { readonly by: string; readonly arXiv?: string };
  /** Names in `evenkeel`; layers begin with `nn.`, names in `evenkeel/data` with `data.`. */
  readonly api: readonly string[];
}

/** Methods of one kind. */
export interface Family<Row = Description> {
  readonly name: string;
  readonly title: string;
  readonly methods: readonly Row[];
}

/** One row of the table of all methods: its description, and how `createNorm` makes it. */
export type Method = Description & NormMethod;
