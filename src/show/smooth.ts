/**
 * The exponential moving average over a window of about `window` values. Its start has no bias. It is NaN where the
 * input is NaN.
 */
export function smooth(values: readonly number[], window: number): number[] {
  const keep = 1 - 1 / Math.max(1, window);
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    sum = keep * sum + value;
    weight = keep * weight + 1;
    return sum / weight;
  });
}

/** The mean at each step, up to the end of the shortest curve. */
export function meanCurve(curves: readonly (readonly number[])[]): number[] {
  const length = Math.min(...curves.map((curve) => curve.length));
  return Array.from(
    { length },
    (_, i) => curves.reduce((sum, curve) => sum + curve[i], 0) / curves.length,
  );
}

/** At most `count` evenly spaced points [step from 1, value] of a curve. The last point is always included. */
export function thin(values: readonly number[], count: number): [number, number | null][] {
  const stride = Math.max(1, Math.ceil(values.length / count));
  return values.flatMap((value, i): [number, number | null][] =>
    (values.length - 1 - i) % stride === 0 ? [[i + 1, Number.isFinite(value) ? value : null]] : [],
  );
}
