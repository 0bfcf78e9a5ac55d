import { isBytes } from "../dtype.js";
import { checkOptions, type Rules } from "../options.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, zeros } from "../tensor.js";
import { CHANNELS, HEIGHT, IMAGE_BYTES, type ImageDataset, WIDTH } from "./cifar10.js";
import { gather } from "./gather.js";
import { normalizeImages, type PerChannel } from "./normalize.js";
import { Rng } from "./rng.js";

/** Options of `DataLoader`. */
export interface DataLoaderOptions {
  /** Default 64. */
  batchSize?: number;
  /** Use a new order in every epoch. Default false: the order of the data set. */
  shuffle?: boolean;
  /** The seed decides the order, together with the epoch. Default 0. */
  seed?: number;
  /** Leave out the last batch if it is not full. Default false. */
  dropLast?: boolean;
  /** The mean for `normalizeImages`. Default 0.5. */
  mean?: PerChannel;
  /** The standard deviation for `normalizeImages`. Default 0.5. */
  std?: PerChannel;
  /** The runtime of the tensors. Default: the runtime of `init()`. */
  runtime?: Runtime;
}

const rules: Rules<DataLoaderOptions> = {
  batchSize: "number",
  shuffle: "boolean",
  seed: "number",
  dropLast: "boolean",
  mean: "Array|number",
  std: "Array|number",
  runtime: "Runtime",
};

/** One batch of a `DataLoader`, of b images. */
export interface Batch {
  /** [b, 3, 32, 32], normalised. */
  images: Tensor;
  /** [b]. */
  labels: Tensor<"int32">;
}

/** Cuts a data set into batches. The same seed and epoch give the same batches, everywhere and every time. */
export class DataLoader {
  readonly dataset: ImageDataset;
  readonly batchSize: number;
  readonly #options: DataLoaderOptions;

  /**
   * Throws RangeError for a batch size that is not a positive integer, and for a data set whose parts do not fit
   * together.
   */
  constructor(dataset: ImageDataset, options: DataLoaderOptions = {}) {
    const { batchSize = 64, seed = 0 } = checkOptions("DataLoader", options, rules);
    if (typeof dataset?.labels?.length !== "number")
      throw new TypeError("DataLoader: expected a data set { images, labels }");
    const { images, labels } = dataset;
    if (!(Number.isInteger(batchSize) && batchSize > 0)) {
      throw new RangeError(
        `DataLoader: expected batchSize to be a positive integer, got ${batchSize}`,
      );
    }
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(`DataLoader: expected seed to be an integer, got ${seed}`);
    }
    if (!isBytes(images)) throw new TypeError("DataLoader: expected images to be a Uint8Array");
    const wrong = Array.from(labels).findIndex(
      (label) => !(Number.isInteger(label) && label >= 0 && label < 256),
    );
    if (wrong >= 0)
      throw new RangeError(
        `DataLoader: expected labels from 0 to 255, got ${labels[wrong]} at index ${wrong}`,
      );
    if (images.length !== labels.length * IMAGE_BYTES) {
      throw new RangeError(
        `DataLoader: expected ${labels.length * IMAGE_BYTES} image bytes for ${labels.length} labels, got ` +
          `${images.length}`,
      );
    }
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.#options = options;
  }

  /** Batches per epoch. */
  get length(): number {
    const full = this.dataset.labels.length / this.batchSize;
    return this.#options.dropLast ? Math.floor(full) : Math.ceil(full);
  }

  /** The order of the images in an epoch: [n] indices into the data set. */
  order(epoch = 0): Uint32Array {
    const { shuffle = false, seed = 0 } = this.#options;
    const order = Uint32Array.from(this.dataset.labels, (_, i) => i);
    return shuffle ? new Rng(seed, epoch).shuffle(order) : order;
  }

  /** The indices of each batch of an epoch, from batch `first` on. */
  *indices(epoch = 0, first = 0): Generator<Uint32Array> {
    const order = this.order(epoch);
    for (let k = first; k < this.length; k++) {
      yield order.subarray(k * this.batchSize, (k + 1) * this.batchSize);
    }
  }

  /**
   * The batches of an epoch, from batch `first` on: a training that goes on within an epoch sees the rest of it. A
   * batch is freed when the next one is asked for, or when the loop is left.
   */
  *batches(epoch = 0, first = 0): Generator<Batch> {
    const { runtime, mean, std } = this.#options;
    for (const indices of this.indices(epoch, first)) {
      const { images: bytes, labels: classes } = gather(this.dataset, indices);
      using images = zeros([indices.length, CHANNELS, HEIGHT, WIDTH], { runtime });
      using labels = zeros([indices.length], { runtime, dtype: "int32" });
      normalizeImages(bytes, mean, std, images.data);
      labels.data.set(classes);
      yield { images, labels };
    }
  }
}
