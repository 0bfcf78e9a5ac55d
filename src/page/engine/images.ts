import {
  concatDatasets,
  IMAGE_BYTES,
  type ImageDataset,
  parseCifar10,
  RECORD_BYTES,
} from "../../data/cifar10.js";
import { readTar } from "../../data/tar.js";
import type { OwnData } from "./protocol.js";

/** The largest file, packed and unpacked, in bytes: CIFAR-10's archive has 170 MB, and 184 MB unpacked. */
const MOST_BYTES = 400e6;

interface Limits {
  train: number;
  test: number;
}

/**
 * Images of a visitor's file: a batch of CIFAR-10's binary format, or its whole archive. Of a single batch, the first
 * ones are for training and the ones after them for testing. Throws RangeError for anything else, and for what cannot
 * be read, such as a folder or a file that was moved.
 */
export async function readImages(
  file: Blob & { name: string },
  limits: Limits,
  mostBytes = MOST_BYTES,
): Promise<OwnData> {
  const { name, size } = file;
  if (size > mostBytes) throw new RangeError(`${name}: ${size} bytes are too many`);
  if (size === 0) throw new RangeError(`${name}: record 0 at offset 0: an empty file`);
  try {
    const isPacked = await startsAsGzip(file);
    if (!isPacked) return await fromBatch(file, limits);
    return fromArchive(name, await unpack(file, mostBytes), limits);
  } catch (cause) {
    if (cause instanceof RangeError) throw cause;
    throw new RangeError(`${name}: cannot be read: ${cause}`, { cause });
  }
}

async function startsAsGzip(file: Blob): Promise<boolean> {
  const [a, b] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  return a === 0x1f && b === 0x8b;
}

/** Unpacks no more than it must: a small file may hold what no memory could. */
async function unpack(file: Blob, mostBytes: number): Promise<Uint8Array> {
  let count = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      count += chunk.length;
      if (count > mostBytes) controller.error(new Error("too many bytes"));
      else controller.enqueue(chunk);
    },
  });
  const unpacked = file.stream().pipeThrough(new DecompressionStream("gzip")).pipeThrough(limit);
  try {
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch (cause) {
    const why = count > mostBytes ? "too many bytes inside" : "the archive is damaged";
    throw new RangeError(`tar: ${why}`, { cause });
  }
}

function fromArchive(name: string, bytes: Uint8Array, { train, test }: Limits): OwnData {
  const files = [...readTar(bytes)].sort(([a], [b]) => (a < b ? -1 : 1));
  const batches = (of: RegExp) => files.filter(([path]) => of.test(path)).map(([, part]) => part);
  const [ofTrain, ofTest] = [batches(/data_batch_\d\.bin$/), batches(/test_batch\.bin$/)];
  if (ofTrain.length === 0 || ofTest.length === 0)
    throw new RangeError(`${name}: tar: no data_batch_*.bin and test_batch.bin inside`);
  return { name, train: first(name, ofTrain, train), test: first(name, ofTest, test) };
}

async function fromBatch(file: Blob & { name: string }, { train, test }: Limits): Promise<OwnData> {
  const { name, size } = file;
  const count = Math.floor(size / RECORD_BYTES);
  if (count * RECORD_BYTES !== size)
    throw new RangeError(
      `${name}: ${size} bytes are no whole number of records of ${RECORD_BYTES}`,
    );
  const forTest = Math.min(test, Math.floor(count / 5));
  const forTrain = Math.min(train, count - forTest);
  if (forTest === 0) throw new RangeError(`${name}: ${count} images are too few: 5 or more`);
  const part = async (from: number, to: number) => {
    const bytes = await file.slice(from * RECORD_BYTES, to * RECORD_BYTES).arrayBuffer();
    return first(name, [new Uint8Array(bytes)], to - from);
  };
  return { name, train: await part(0, forTrain), test: await part(forTrain, forTrain + forTest) };
}

/** The first records of the batches, each of them looked at. */
function first(name: string, batches: readonly Uint8Array[], count: number): Uint8Array {
  const parts: ImageDataset[] = [];
  let left = count;
  for (const batch of batches) {
    if (left === 0) break;
    const records = Math.min(left, Math.floor(batch.length / RECORD_BYTES));
    parts.push(parseCifar10(batch.subarray(0, records * RECORD_BYTES), name));
    left -= records;
  }
  const { images, labels } = concatDatasets(parts);
  const bytes = new Uint8Array(labels.length * RECORD_BYTES);
  labels.forEach((label, i) => {
    bytes[i * RECORD_BYTES] = label;
    bytes.set(images.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES), i * RECORD_BYTES + 1);
  });
  return bytes;
}
