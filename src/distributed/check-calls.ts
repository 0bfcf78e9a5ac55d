// Another shape or another order on one rank would give wrong numbers on the others, silently.
import type { Transport } from "./transport.js";

/** Bytes of a description; what is longer is cut and gets a checksum of the rest. */
const ROOM = 192;

function encode(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const out = new Uint8Array(ROOM);
  out.set(bytes.subarray(0, ROOM - 4));
  let sum = 0;
  for (const byte of bytes.subarray(ROOM - 4)) sum = Math.imul(sum, 31) + byte;
  if (bytes.length > ROOM - 4) new DataView(out.buffer).setInt32(ROOM - 4, sum);
  return out;
}

/** The description, if these bytes are one: a rank that compares nothing sends others. */
function decode(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, ROOM - 4)).replace(/\0.*$/s, "");
  return /^[ -~]+$/.test(text) ? text : "something that is not compared";
}

/** Compares what all ranks are about to call. Throws Error on every rank if it is not the same. */
export function compareCalls(
  transport: Transport,
  text: string,
  where: string,
  wait: (poll: () => boolean) => void,
): void {
  const input = encode(text);
  const output = new Uint8Array(ROOM * transport.size);
  wait(transport.start({ kind: "allGather", output, input }));
  const parts = Array.from({ length: transport.size }, (_, r) =>
    output.subarray(r * ROOM, (r + 1) * ROOM),
  );
  const other = parts.findIndex((part) => part.some((byte, i) => byte !== parts[0][i]));
  if (other < 0) return;
  const calls = [0, other].map((r) => `rank ${r} calls ${decode(parts[r])}`).join(", ");
  throw new Error(`${where}: the ranks do not call the same: ${calls}`);
}
