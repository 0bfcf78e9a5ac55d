import type { AnyTensor } from "../tensor.js";

const limits = { int32: [-(2 ** 31), 2 ** 31 - 1], uint8: [0, 255], int64: [-Infinity, Infinity] };

/** Whether `target` can take the elements of `source`: rounded to float32, or integers as they are. */
export function canCast({ elements }: AnyTensor, { dtype }: AnyTensor): boolean {
  if (dtype === "float32" || dtype === "float64") return true;
  const [least, most] = limits[dtype];
  return (elements as Float64Array).every((element) => {
    const value = Number(element);
    return Number.isInteger(value) && least <= value && value <= most;
  });
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
