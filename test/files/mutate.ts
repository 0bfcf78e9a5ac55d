// Files of PyTorch and NumPy with something changed at random: each is read or refused, and nothing else happens.
import { loadNumpy, loadNumpyArchive, loadTorch, readTorch } from "../../src/files/index.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type AnyTensor, tidy } from "../../src/tensor.js";
import { goldenFiles } from "./golden.js";

const torch = goldenFiles("pytorch-files");
const numpy = goldenFiles("numpy-files");
/** What a refusal may have allocated, far above what the files hold. */
const MOST_BYTES = 16e6;

interface Subject {
  name: string;
  bytes: Uint8Array;
  load(bytes: Uint8Array, runtime: Runtime): Iterable<AnyTensor>;
}

const subjects: Subject[] = [
  ...torch.names.map((name) => ({
    name,
    bytes: torch.bytes(name),
    load: (bytes: Uint8Array, runtime: Runtime) => {
      tidy(() => {
        readTorch(bytes, { runtime });
      });
      return loadTorch(bytes, { runtime }).values();
    },
  })),
  ...numpy.names.map((name) => ({
    name,
    bytes: numpy.bytes(name),
    load: (bytes: Uint8Array, runtime: Runtime) =>
      name.endsWith(".npz")
        ? loadNumpyArchive(bytes, { runtime }).values()
        : [loadNumpy(bytes, { runtime })],
  })),
];

/** Mulberry32: a number from 0 to n − 1 at each call. */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((((t ^ (t >>> 14)) >>> 0) * n) / 4294967296) | 0;
  };
}

/** Bytes that mean something: limits, marks of pickles and letters of headers. */
const telling = [0, 1, 0x7f, 0x80, 0xff, ..."(.0abcehjqrstuQRX}]\x81\x85\x8a\x93'-,9"].map(
  (byte) => (typeof byte === "string" ? byte.charCodeAt(0) : byte),
);

function mutated(bytes: Uint8Array, roll: (n: number) => number): Uint8Array {
  let out = bytes.slice();
  for (let changes = 1 + roll(4); changes > 0; changes--) {
    const at = roll(out.length);
    switch (roll(20)) {
      case 0:
        out = out.slice(0, at);
        break;
      case 1: {
        const length = 1 + roll(16);
        out = Uint8Array.from([...out.subarray(0, at), ...out.subarray(at + length)]);
        break;
      }
      case 2: {
        const from = roll(out.length);
        const part = out.subarray(from, from + 1 + roll(64));
        out = Uint8Array.from([...out.subarray(0, at), ...part, ...out.subarray(at)]);
        break;
      }
      case 3:
      case 4:
      case 5:
        out[at] ^= 1 << roll(8);
        break;
      case 6:
        out.fill(0xff, at, at + 1 + roll(8));
        break;
      default:
        out[at] = telling[roll(telling.length)];
    }
    if (out.length === 0) break;
  }
  return out;
}

/** Reads `count` changed files. Returns what went wrong, with the seed that shows it alone. */
export function readMutated(count: number, first: number, runtime: Runtime) {
  const problems: string[] = [];
  let loaded = 0;
  for (let seed = first; seed < first + count; seed++) {
    const roll = dice(seed);
    const { name, bytes, load } = subjects[roll(subjects.length)];
    const changed = mutated(bytes, roll);
    const { arrayBuffers } = process.memoryUsage();
    const { tensors } = runtime.stats();
    const report = (what: string) => problems.push(`${name}, seed ${seed}: ${what}`);
    try {
      for (const tensor of load(changed, runtime)) tensor.dispose();
      loaded++;
    } catch (error) {
      const { message } = error as Error;
      if (
        !(error instanceof RangeError) ||
        !/^(load|read)\w+: file(: .*)?( at offset \d+)?: /s.test(message)
      )
        report(String((error as Error).stack));
    }
    if (process.memoryUsage().arrayBuffers - arrayBuffers > MOST_BYTES)
      report("a large allocation");
    if (runtime.stats().tensors !== tensors) report("a leak");
  }
  return { loaded, problems };
}
