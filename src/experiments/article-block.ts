import { noGrad } from "../autograd.js";
import type { HostAbortSignal } from "../host-types.js";
import { TransformerBlock } from "../models/transformer-block.js";
import { Generator as RandomNumbers, randn } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, tensor, tidy } from "../tensor.js";
import { pace } from "./pace.js";

export interface BlockTiming {
  parameters: number;
  shape: readonly number[];
  /** The median time of a forward pass, in milliseconds. */
  milliseconds: number;
  /** Whether all masks gave the same bits. */
  masksAgree: boolean;
}

/** Times the article's block on [32, 50, 512] under masks [T, T], [1, T, T] and [B, T, T]. */
export async function timeBlock(runtime: Runtime, signal?: HostAbortSignal): Promise<BlockTiming> {
  const [batch, length, dModel] = [32, 50, 512];
  const block = new TransformerBlock({ dModel, nHead: 8, dFF: 2048, runtime });
  const generator = new RandomNumbers(42);
  using x = randn([batch, length, dModel], { runtime, generator });
  const triangle = Float32Array.from({ length: length * length }, (_, i) =>
    i % length <= Math.floor(i / length) ? 1 : 0,
  );
  const masks = [[], [1], [batch]].map((lead) => {
    const copies = lead[0] ?? 1;
    const values = new Float32Array(copies * triangle.length);
    for (let i = 0; i < copies; i++) values.set(triangle, i * triangle.length);
    return tensor(values, [...lead, length, length], { runtime });
  });
  const times: number[] = [];
  const outputs: Tensor[] = [];
  for (const mask of [masks[0], ...masks]) {
    await pace(signal);
    const begin = performance.now();
    outputs.push(tidy(() => noGrad(() => block.forward(x, mask))));
    times.push(performance.now() - begin);
  }
  const [first, ...others] = outputs.slice(1);
  const result = {
    parameters: block.parameters().reduce((sum, { size }) => sum + size, 0),
    shape: first.shape,
    milliseconds: times.slice(1).sort((a, b) => a - b)[1],
    masksAgree: others.every(({ data }) => data.every((value, i) => value === first.data[i])),
  };
  for (const used of [...outputs, ...masks, block]) used.dispose();
  return result;
}
