// Every collective on every dtype, small and in pieces; what goes wrong is listed.
import { initProcessGroup } from "../../../src/distributed/init.js";
import type { ReduceOp } from "../../../src/process-group.js";
import { createRuntime } from "../../../src/runtime/create-runtime.js";
import { type AnyTensor, type DType, tensor, zeros } from "../../../src/tensor.js";
import { given, result } from "./rank.js";

const { threads = 1, order } = given<{ threads?: number; order?: "fast" | "fixed" }>();
const group = await initProcessGroup({ order, timeout: 60, check: true });
const runtime = await createRuntime({ threads });
const { rank, size } = group;
const all = [...Array(size).keys()];
const wrong: string[] = [];
const dtypes: DType[] = ["float32", "float64", "int32", "uint8", "int64"];

/** Element i of rank r: whole numbers, so that sums are exact. */
const value = (r: number, i: number) => (i % 7) + r + 1;
const filled = (dtype: DType, length: number, of: (i: number) => number): AnyTensor => {
  const made = zeros([length], { dtype, runtime });
  made.elements.set(
    Array.from({ length }, (_, i) => (dtype === "int64" ? BigInt(of(i)) : of(i))) as never,
  );
  return made;
};
const expectAll = (what: string, got: AnyTensor, want: (i: number) => number) => {
  const list = got.elements;
  for (let i = 0; i < list.length; i++) {
    if (Math.abs(Number(list[i]) - want(i)) <= 1e-6) continue;
    wrong.push(`${what} [${i}]: ${list[i]}, expected ${want(i)}`);
    return;
  }
};

const before = runtime.stats().tensors;
for (const dtype of dtypes) {
  for (const length of dtype === "float32" ? [0, 1, 5, 70_001] : [0, 1, 5, 1_003]) {
    for (const async of [false, true]) {
      const about = `${dtype} ${length} ${async ? "async" : ""}`;
      const reductions: Record<string, (values: number[]) => number> = {
        sum: (v) => v.reduce((a, b) => a + b),
        max: (v) => Math.max(...v),
        min: (v) => Math.min(...v),
        ...(dtype.startsWith("float") && { mean: (v) => v.reduce((a, b) => a + b) / size }),
      };
      for (const [op, reduce] of Object.entries(reductions)) {
        using x = filled(dtype, length, (i) => value(rank, i));
        const { version } = x.storage;
        const work = group.allReduce(x, { op: op as ReduceOp, async });
        work.wait();
        if (x.storage.version === version) wrong.push(`${op} ${about}: written() was not called`);
        expectAll(`allReduce ${op} ${about}`, x, (i) => reduce(all.map((r) => value(r, i))));
        using whole = filled(dtype, size * length, (i) => value(rank, i));
        using own = zeros([length], { dtype, runtime });
        group.reduceScatter(own, whole, { op: op as ReduceOp, async }).wait();
        const at = rank * length;
        expectAll(`reduceScatter ${op} ${about}`, own, (i) =>
          reduce(all.map((r) => value(r, at + i))),
        );
      }
      for (const src of all) {
        using x = filled(dtype, length, (i) => value(rank, i));
        group.broadcast(x, { src, async }).wait();
        expectAll(`broadcast ${src} ${about}`, x, (i) => value(src, i));
      }
      using x = filled(dtype, length, (i) => value(rank, i));
      using gathered = zeros([size * length], { dtype, runtime });
      group.allGather(gathered, x, { async }).wait();
      expectAll(`allGather ${about}`, gathered, (i) => value(Math.floor(i / length), i % length));
    }
  }
}

// several at once, polled by the kernels in between; memory grows meanwhile
const works = all.map((r) => {
  const x = filled("float32", 50_000 + r, (i) => value(rank, i));
  return { x, work: group.allReduce(x, { async: true }) };
});
const grown = zeros([3_000_000], { runtime });
runtime.afterRun = () => group.poll();
runtime.run("reluForward", grown.size, 1, [grown.ptr, grown.ptr]);
runtime.afterRun = null;
for (const { x, work } of works.reverse()) {
  work.wait();
  expectAll("at once", x, (i) => all.reduce((sum, r) => sum + value(r, i), 0));
  x.dispose();
}
grown.dispose();
group.barrier();
const left = runtime.stats().tensors - before;
if (left !== 0) wrong.push(`${left} tensors are left behind`);

// plain arrays, and sums whose order shows
const list = Float64Array.of(rank + 0.1, 2);
group.allReduce(list);
using floats = tensor(
  Float32Array.from({ length: 1000 }, (_, i) => Math.fround((rank + 1) / (i + 3))),
  [1000],
  { runtime },
);
group.allReduce(floats);
const part = new Float32Array(100);
group.reduceScatter(
  part,
  floats
    .toArray()
    .slice(0, 100 * size)
    .map((v) => v * (rank + 1)),
);
const allParts = (own: Float32Array) => {
  const all = new Float32Array(size * own.length);
  group.allGather(all, own);
  return all;
};
const { traffic, backend, version } = group;
result(rank, {
  wrong,
  list: [...list],
  floats: [...floats.elements, ...allParts(part)],
  traffic,
  backend,
  version,
  size,
});
group.close();
runtime.close();
