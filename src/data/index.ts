/**
 * Image data sets, the loader that makes batches from them, and scalers of features.
 * @packageDocumentation
 */
export { CIFAR10_CLASSES, type ImageDataset, parseCifar10 } from "./cifar10.js";
export { type DownloadOptions, downloadCifar10 } from "./download.js";
export { type ArrayOfNumbers, imageDataset } from "./image-dataset.js";
export { type Batch, DataLoader, type DataLoaderOptions } from "./loader.js";
export { normalizeImages, type PerChannel } from "./normalize.js";
export {
  PROCEDURAL_CLASSES,
  type ProceduralDatasetOptions,
  type ProceduralOptions,
  proceduralCifar10,
  proceduralDataset,
} from "./procedural.js";
export { type ReadCifar10Options, readCifar10 } from "./read-cifar10.js";
export { MinMaxScaler, type MinMaxScalerOptions } from "./scalers/min-max-scaler.js";
export { Normalize } from "./scalers/normalize.js";
export { RobustScaler, type RobustScalerOptions } from "./scalers/robust-scaler.js";
export type { FloatArray, Numbers, ScalerOptions } from "./scalers/scaler.js";
export { StandardScaler, type StandardScalerOptions } from "./scalers/standard-scaler.js";
