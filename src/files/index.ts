// evenkeel/files: what PyTorch and NumPy write, and large safetensors files by slices.
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
export type { SliceSource, Slices } from "./slices.js";
export {
  type LoadTorchOptions,
  loadTorch,
  type ReadTorchOptions,
  readTorch,
  type TorchTree,
} from "./torch.js";
