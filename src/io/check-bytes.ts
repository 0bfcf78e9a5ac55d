import { isBytes } from "../dtype.js";
import { describe } from "../options.js";

/** Refuses what is not a Uint8Array. */
export function checkBytes(op: string, bytes: Uint8Array): void {
  if (isBytes(bytes)) return;
  const got = describe(bytes);
  const hint = /^(Shared)?ArrayBuffer$/.test(got) ? ": write new Uint8Array(buffer)" : "";
  throw new TypeError(`${op}: expected a Uint8Array, got ${got}${hint}`);
}
