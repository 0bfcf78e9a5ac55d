// SyncBatchNorm over the ranks beside batch norm of the whole batch, which every rank computes for itself.
import { initProcessGroup } from "../../../src/distributed/init.js";
import * as nn from "../../../src/nn/index.js";
import { batchNorm } from "../../../src/ops/norm/batch-norm.js";
import { slice } from "../../../src/ops/shape/slice.js";
import { createRuntime } from "../../../src/runtime/create-runtime.js";
import { type Shape, sizeOf, type Tensor, tensor, tidy, zeros } from "../../../src/tensor.js";
import { normal } from "../../numbers.js";
import { given, result } from "./rank.js";

interface Case {
  name: string;
  /** The samples of each rank; the last rank that has an entry is followed by empty ones. */
  shards: number[];
  /** The shape of a sample, channels first. */
  sample: number[];
  mean?: number;
  layout?: "nchw" | "nhwc";
  activation?: "relu" | "silu";
  /** The rank whose x needs no gradient, or all of them. */
  frozenInput?: number | "all";
  momentum?: null;
  affine?: boolean;
  /** The samples behind these positions are padding, all of them in rank 0. */
  masked?: boolean;
}

const { cases, timeout = 20 } = given<{ cases: Case[]; timeout?: number }>();
const group = await initProcessGroup({ timeout, check: true });
const runtime = await createRuntime({ threads: 1, deterministic: true });
const { rank } = group;

/** The largest difference, in units of the largest number where that is above 1. */
const distance = (got: ArrayLike<number>, want: ArrayLike<number>, unit = 1) => {
  let [difference, largest] = [0, unit];
  for (let i = 0; i < want.length; i++) {
    difference = Math.max(difference, Math.abs(got[i] - want[i]));
    largest = Math.max(largest, Math.abs(want[i]));
  }
  return difference / largest;
};

/** The largest 1/σ of a channel: dx is a difference of terms of this size, which may cancel to nothing. */
function largestRstd(x: Tensor, axis: number): number {
  const channels = x.shape[axis];
  const inner = axis === 1 ? sizeOf(x.shape.slice(2)) : 1;
  const lists = Array.from({ length: channels }, (): number[] => []);
  for (const [i, v] of x.elements.entries()) lists[Math.floor(i / inner) % channels].push(v);
  const rstds = lists.map((list) => {
    const mean = list.reduce((a, b) => a + b, 0) / list.length;
    return 1 / Math.sqrt(list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / list.length + 1e-5);
  });
  return Math.max(...rstds);
}

function run(one: Case) {
  const { shards, sample, mean = 0, layout = "nchw", activation, masked, momentum } = one;
  const { affine = true } = one;
  const frozen = one.frozenInput === "all" || one.frozenInput === rank;
  const count = (r: number) => shards[r] ?? 0;
  const total = shards.reduce((a, b) => a + b, 0);
  const [channels, ...space] = sample;
  const shape = (n: number): Shape =>
    layout === "nhwc" ? [n, ...space, channels] : [n, channels, ...space];
  const made = (values: Float32Array, of: Shape, requiresGrad = false): Tensor =>
    tensor(values, of, { runtime, requiresGrad });
  const whole = made(
    normal(sizeOf(shape(total)), 1).map((v) => v + mean),
    shape(total),
    true,
  );
  const dy = made(normal(whole.size, 2), whole.shape);
  const start = shards.slice(0, rank).reduce((a, b) => a + b, 0);
  const own = (of: Tensor) =>
    count(rank) === 0 ? zeros(shape(0), { runtime }) : slice(of, 0, start, start + count(rank));

  const weight = made(
    normal(channels, 3).map((v) => (affine ? 1 + 0.1 * v : 1)),
    [channels],
    true,
  );
  const bias = made(
    normal(channels, 4).map((v) => (affine ? v : 0)),
    [channels],
    true,
  );
  const running = [
    zeros([channels], { runtime }),
    made(new Float32Array(channels).fill(1), [channels]),
  ];
  const padding = masked
    ? tensor(
        Int32Array.from({ length: total * sizeOf(space) }, (_, i) =>
          i < count(0) * sizeOf(space) || i % 3 === 0 ? 0 : 1,
        ),
        [total, ...space],
        { runtime },
      )
    : null;
  const maskOf = (first: number, end: number) => {
    if (!padding) return null;
    const step = sizeOf(space);
    const values = padding.toArray().slice(first * step, end * step);
    return tensor(values, [end - first, ...space], { runtime });
  };
  const reference = batchNorm(whole, {
    mask: padding,
    ...{ weight, bias, layout, activation, training: true },
    ...{ runningMean: running[0], runningVar: running[1] },
    momentum: momentum === null ? 1 : 0.1, // null: the mean of all batches, of which this is the first
  });
  reference.backward(dy);

  using layer = new nn.SyncBatchNorm(channels, {
    ...{ processGroup: group, layout, momentum, affine, runtime },
  });
  layer.weight?.elements.set(weight.elements);
  layer.bias?.elements.set(bias.elements);
  const x = own(whole.detach()).detach();
  if (!frozen) x.requiresGrad = true;
  group.traffic.collectives = 0;
  group.traffic.bytes = 0;
  const mask = maskOf(start, start + count(rank));
  const y = layer.activated(x, activation ?? null, mask);
  const forward = { ...group.traffic };
  if (y.requiresGrad) y.backward(own(dy).detach());
  const both = { ...group.traffic };
  layer.eval();
  layer.forward(x, mask);
  const inEvaluation = group.traffic.collectives - both.collectives;
  const gradients = [layer.weight?.grad, layer.bias?.grad].map((grad) => {
    const sum = Float64Array.from(grad?.elements ?? []);
    group.allReduce(sum);
    return sum;
  });
  const unit = largestRstd(whole, layout === "nhwc" ? whole.shape.length - 1 : 1);
  const statistics = [layer.runningMean, layer.runningVar].map((t) => t?.elements ?? []);
  return {
    y: distance(y.elements, own(reference).elements),
    dx: frozen ? 0 : distance(x.grad?.elements ?? [], own(whole.grad as Tensor).elements, unit),
    dw: affine ? distance(gradients[0], weight.grad?.elements ?? []) : 0,
    db: affine ? distance(gradients[1], bias.grad?.elements ?? []) : 0,
    mean: distance(statistics[0], running[0].elements),
    variance: distance(statistics[1], running[1].elements),
    bits: statistics.map((list) => [...(list as Float32Array)]),
    counted: {
      forward: forward.collectives,
      both: both.collectives,
      bytes: forward.bytes,
      inEvaluation,
    },
  };
}

const before = runtime.stats().tensors;
const runs: Record<string, unknown> = {};
for (const one of cases)
  runs[one.name] = tidy(() => {
    try {
      return run(one);
    } catch (error) {
      return { refused: (error as Error).message };
    }
  });
const left = runtime.stats().tensors - before;
result(rank, { runs, left });
group.close();
runtime.close();
