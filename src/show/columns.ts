// Figures of a norm, as cells of a table.
import type { NormSummary, Spread } from "../experiments/summary.js";

/** The time relative to the first norm. */
export const times = ({ relativeTime }: NormSummary): string => `${relativeTime.toFixed(2)}×`;

export const mebibytes = ({ peakBytes }: NormSummary): string =>
  `${(peakBytes / 2 ** 20).toFixed(1)} MiB`;

/** A share in percent: 71.2 %, or 71.2 ± 0.8 % over two seeds or more. */
export function percent({ mean, deviation }: Spread): string {
  const digits = (share: number) => (100 * share).toFixed(1);
  return deviation === null ? `${digits(mean)} %` : `${digits(mean)} ± ${digits(deviation)} %`;
}
