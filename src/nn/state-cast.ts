import type { AnyTensor } from "../tensor.js";

const limits = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
  int64: [-(2 ** 63), 2 ** 63 - 2 ** 10], // the last float64 below 2⁶³
};

/** Whether `target` can take the elements of `source`: rounded to a finite float32, or integers as they are. */
export function canCast({ elements }: AnyTensor, { dtype }: AnyTensor): boolean {
  if (dtype === "float64") return true;
  const fits = (value: number) => {
    if (dtype === "float32") return Number.isFinite(Math.fround(value)) === Number.isFinite(value);
    const [least, most] = limits[dtype];
    return Number.isInteger(value) && least <= value && value <= most;
  };
  return (elements as Float64Array).every((element) => fits(Number(element)));
}

/** Copies the elements of `source` into `target`, which has as many. */
export function copyInto(target: AnyTensor, source: AnyTensor): void {
  const { elements } = source;
  const whole = target.dtype === "int64";
  if (whole === (source.dtype === "int64")) target.elements.set(elements as never);
  else if (whole)
    target.elements.set(BigInt64Array.from(elements as Float32Array, BigInt) as never);
  else target.elements.set(Float64Array.from(elements as never, Number) as never);
  target.written();
}
