// Checks that refuse a bad single number.
import { describe } from "./options.js";

/** Refuses what is not a finite number ≥ 0. */
export function checkNumber(op: string, name: string, value: number): void {
  if (typeof value !== "number")
    throw new TypeError(`${op}: expected ${name} to be a number, got ${describe(value)}`);
  if (!(value >= 0 && value < Infinity))
    throw new RangeError(`${op}: expected ${name} to be a finite number ≥ 0, got ${value}`);
}

/** Refuses what is not a finite number. */
export function checkFinite(op: string, name: string, value: number): void {
  if (!Number.isFinite(value))
    throw new RangeError(`${op}: expected ${name} to be a finite number, got ${value}`);
}

/** Refuses what is not a probability. */
export function checkProbability(op: string, value: number): void {
  if (!(value >= 0 && value <= 1))
    throw new RangeError(`${op}: dropout probability has to be between 0 and 1, but got ${value}`);
}

/** Refuses what is not an integer of at least `least`. */
export function checkInteger(op: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(
      `${op}: expected ${name} to be an integer ≥ ${least}, got ${describe(value)}`,
    );
  }
}

/** Refuses what is not a number of layers or steps to make: an integer from 1 to 65,535. */
export function checkCount(op: string, name: string, value: number): void {
  checkInteger(op, name, value);
  if (value >= 2 ** 16) throw new RangeError(`${op}: expected ${name} < 65536, got ${value}`);
}

/** Refuses a number of heads that does not divide the features evenly. */
export function checkHeads(layer: string, dModel: number, nHead: number): void {
  checkInteger(layer, "dModel", dModel);
  checkInteger(layer, "nHead", nHead);
  if (dModel % nHead !== 0) {
    throw new RangeError(`${layer}: dModel must be divisible by nHead, got ${dModel} and ${nHead}`);
  }
}

/** Refuses what is not a finite number > 0. */
export function checkPositive(op: string, name: string, value: number): void {
  checkNumber(op, name, value);
  if (value === 0) throw new RangeError(`${op}: expected ${name} > 0, got 0`);
}
