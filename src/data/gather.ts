import type { ImageDataset } from "./cifar10.js";

/** Copies the images and labels at `indices`. */
export function gather(dataset: ImageDataset, indices: Uint32Array): ImageDataset {
  const { images, labels } = dataset;
  dataset.prepare?.(indices);
  const bytes = images.length / labels.length;
  const out = new Uint8Array(indices.length * bytes);
  indices.forEach((index, i) => {
    out.set(images.subarray(index * bytes, (index + 1) * bytes), i * bytes);
  });
  return { images: out, labels: Uint8Array.from(indices, (index) => labels[index]) };
}
