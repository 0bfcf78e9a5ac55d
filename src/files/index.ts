/**
 * Reads what PyTorch and NumPy write, and large safetensors files by slices.
 * @packageDocumentation
 */
export { type FoldDoubt, type FoundNorm, findNorms, type NormRole } from "./find-norms.js";
export {
  type InspectedNorm,
  inspectNorms,
  type NormEntry,
  type NormInspection,
  type NormVerdict,
  type NormVerdictId,
  normVerdicts,
  type ValueRange,
  type VerdictLevel,
} from "./inspect-norms.js";
export {
  type LoadNumpyArchiveOptions,
  type LoadNumpyOptions,
  loadNumpy,
  loadNumpyArchive,
  saveNumpy,
  saveNumpyArchive,
} from "./numpy.js";
export {
  type OpenedSafetensors,
  type OpenSafetensorsOptions,
  openSafetensors,
} from "./open-safetensors.js";
export type { Fetch, SliceSource, Slices } from "./slices.js";
export {
  type LoadTorchOptions,
  loadTorch,
  type ReadTorchOptions,
  readTorch,
  type TorchTree,
} from "./torch.js";
