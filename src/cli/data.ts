import { downloadCifar10 } from "../data/download.js";
import { proceduralDataset, readCifar10 } from "../data/index.js";
import type { CompareData } from "../experiments/compare.js";
import { readNpz } from "./npz-data.js";
import type { Texts } from "./text/en/index.js";

export interface DataOptions {
  limit: number;
  /** A directory with the binary files of CIFAR-10, or a `.npz` file. */
  data?: string;
  /** Download the files first. The value is the directory to keep them in, or true for the usual directory. */
  download?: string | true;
}

const DOWNLOADS = "evenkeel-data";

/**
 * At most `limit` training images, and at most as many test images. They come from CIFAR-10 if a directory is named.
 * Otherwise they are drawn by code, and are the same for every seed of the run.
 */
export async function loadData(
  { limit, data, download }: DataOptions,
  texts: Texts,
  signal?: AbortSignal,
): Promise<CompareData & { name: string }> {
  if (!data && !download) {
    return {
      train: proceduralDataset({ count: limit, split: "train", lazy: true }),
      test: proceduralDataset({ count: limit, split: "test", lazy: true }),
      name: "procedural",
    };
  }
  if (data && download) throw new Error("--data and --download exclude each other");
  if (data?.endsWith(".npz")) return { ...(await readNpz(data, limit)), name: data };
  const directory = download
    ? await fetchData(download === true ? DOWNLOADS : download, texts, signal)
    : (data as string);
  const read = (split: "train" | "test") => readCifar10(directory, { split, limit });
  try {
    return {
      train: await read("train"),
      test: await read("test"),
      name: `CIFAR-10 in ${directory}`,
    };
  } catch (cause) {
    if (!data) throw cause;
    const way =
      "--data takes a .npz file or the directory of CIFAR-10's binary version; --download fetches it";
    throw new Error(`${(cause as Error).message}; ${way}`, { cause });
  }
}

async function fetchData(
  directory: string,
  { compare }: Texts,
  signal?: AbortSignal,
): Promise<string> {
  let tenths = 0;
  return downloadCifar10(directory, {
    signal,
    onProgress(received, total) {
      const now = Math.floor((10 * received) / total);
      if (now > tenths) console.log(compare.downloaded(10 * now, (total / 1e6).toFixed(0)));
      tenths = Math.max(tenths, now);
    },
  });
}
