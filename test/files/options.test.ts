import { expect, test } from "vitest";
import {
  loadNumpy,
  loadNumpyArchive,
  loadTorch,
  openSafetensors,
  readTorch,
} from "../../src/files/index.js";

const bytes = new Uint8Array(8);

test.each<[string, (options: object) => unknown, string]>([
  ["loadTorch", (options) => loadTorch(bytes, options), "only"],
  ["readTorch", (options) => readTorch(bytes, options), "file"],
  ["loadNumpy", (options) => loadNumpy(bytes, options), "runtime"],
  ["loadNumpyArchive", (options) => loadNumpyArchive(bytes, options), "skip"],
  ["openSafetensors", (options) => openSafetensors(bytes, options), "shard"],
])("%s refuses an option that it does not know", async (op, load, known) => {
  const misspelt = `${known}s`;
  await expect((async () => load({ [misspelt]: 1 }))()).rejects.toThrow(
    `${op}: no option "${misspelt}"; did you mean "${known}"?`,
  );
});
