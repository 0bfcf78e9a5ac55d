import type { Batch } from "../data/loader.js";
import type { Module } from "../nn/module.js";
import type { Optimizer } from "../optim/index.js";
import type { AnyTensor } from "../tensor.js";

/**
 * The bytes of linear memory that a training holds between its steps: parameters, buffers, gradients, optimiser state
 * and batch.
 */
export function ownBytes(net: Module, optimizer: Optimizer, { images, labels }: Batch): number {
  const tensors: AnyTensor[] = [images, labels, ...net.stateDict().values()];
  for (const { grad } of net.parameters()) if (grad) tensors.push(grad);
  tensors.push(...(optimizer.stateDict().tensors?.values() ?? []));
  const storages = new Set(tensors.map(({ storage }) => storage));
  return [...storages].reduce((sum, { block }) => sum + block.size, 0);
}
