import { checkNumbers, checkRows, type Numbers, Scaler, type ScalerOptions } from "./scaler.js";

/**
 * (x − mean)/std with numbers known beforehand, one for each channel. `new Normalize([0.5], [0.5])` maps [0, 1] to [−1,
 * 1]. A std of 0, as of a constant channel, counts as 1.
 * @shape data [rows, channels, plane] → the same shape
 * @throws RangeError for mean and std of two lengths or out of their range, and for data that are not whole rows
 * @source torchvision.transforms.Normalize
 */
export class Normalize extends Scaler {
  constructor(mean: Numbers, std: Numbers, options: ScalerOptions = {}) {
    checkNumbers("Normalize", "mean", mean);
    checkNumbers("Normalize", "std", std);
    super("Normalize", mean.length, options);
    if (std.length !== mean.length) {
      throw new RangeError(
        `Normalize: expected as many std as mean, got ${std.length} and ${mean.length}`,
      );
    }
    this.centre = Float64Array.from(mean);
    this.scale = Float64Array.from(std, (v) => (v === 0 ? 1 : v));
    if (!this.centre.every(Number.isFinite) || !this.scale.every((v) => v > 0 && v < Infinity))
      throw new RangeError("Normalize: expected finite means and std of 0 or more");
  }

  /** This scaler learns nothing, so infinity is allowed and stays infinite. */
  protected override check(data: Numbers): void {
    checkRows("Normalize", data, this.features * this.plane);
  }
}
