// evenkeel/files: what PyTorch and NumPy write, and large safetensors files by slices.
export {
  type LoadTorchOptions,
  loadTorch,
  type ReadTorchOptions,
  readTorch,
  type TorchTree,
} from "./torch.js";
