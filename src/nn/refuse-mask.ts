import { noMask } from "../options.js";

/** Throws if a padding mask is given. This layer has no masks and would compute padding as data. */
export function refuseMask(layer: object, mask: unknown): void {
  if (mask !== undefined && mask !== null) throw noMask(layer.constructor.name);
}
