import { full, type Tensor } from "../tensor.js";
import { AffineNorm, type AffineNormOptions, type AffineStart } from "./affine-norm.js";

export interface RunningStart extends AffineStart {
  /** The first value of the running variance; null if the layer keeps no running statistics. */
  variance?: number | null;
}

/** Base of the norms that also keep a running mean and variance of each channel. */
export abstract class RunningNorm<
  Affine extends Tensor | null = Tensor,
  Running extends Tensor | null = Tensor,
> extends AffineNorm<Affine> {
  readonly runningMean: Running;
  readonly runningVar: Running;

  constructor(
    lengths: Readonly<Record<string, number>>,
    options: AffineNormOptions,
    { variance = 1, ...affine }: RunningStart = {},
  ) {
    super(lengths, options, affine);
    const [channels] = Object.values(lengths);
    const made = (name: string, start: number) =>
      variance === null
        ? null
        : this.buffer(name, full([channels], start, { runtime: options.runtime }));
    this.runningMean = made("runningMean", 0) as Running;
    this.runningVar = made("runningVar", variance ?? 0) as Running;
  }
}
