import { noMask } from "../options.js";

/** Refuses a mask of padding, which this layer would take for data. */
export function refuseMask(layer: object, mask: unknown): void {
  if (mask !== undefined && mask !== null) throw noMask(layer.constructor.name);
}
