// Every operation, with each of its allocations refused in turn.
import { describe, expect, test } from "vitest";
import { ones, sizeOf, type Tensor, tensor } from "../../src/tensor.js";
import { normal, randomTensor, useRuntime } from "../helpers.js";
import { refuseEach, refuseMemory, stateOf } from "../refusals.js";
import { type OpCase, opCases } from "./cases.js";

const runtime = await useRuntime();
const control = refuseMemory(runtime);

const dispose = (tensors: Iterable<Tensor>) => {
  for (const made of tensors) made.dispose();
};
const listOf = (outputs: Tensor | Tensor[]) => (Array.isArray(outputs) ? outputs : [outputs]);

function make({ inputs, moved = [], positive }: OpCase) {
  const made = inputs.map((shape, i) => {
    const values = normal(sizeOf(shape), i + 1).map((v) => (positive ? Math.abs(v) + 1 : v));
    return tensor(values, shape, { runtime, requiresGrad: true });
  });
  return { inputs: made, moved: moved.map((shape) => ones(shape, { runtime })) };
}

describe.each(Object.entries(opCases))("%s", (_, of) => {
  test("a refused call changes nothing and leaves nothing behind", () => {
    const { inputs, moved } = make(of);
    refuseEach(control, {
      before: () => stateOf(runtime, [...inputs, ...moved]),
      call: () => listOf(of.op(inputs, moved, runtime)),
      undo: dispose,
    });
    dispose([...inputs, ...moved]);
  });

  test("what it moves has another version", () => {
    const { inputs, moved } = make(of);
    const before = moved.map((t) => ({ values: t.toArray(), version: t.storage.version }));
    dispose(listOf(of.op(inputs, moved, runtime)));
    for (const [i, { values, version }] of before.entries()) {
      const changed = moved[i].toArray().some((v, k) => v !== values[k]);
      expect(moved[i].storage.version > version).toBe(changed);
    }
    dispose([...inputs, ...moved]);
  });

  test("nor does a refused backward pass", () => {
    const atStart = runtime.stats().tensors;
    const { inputs, moved } = make(of);
    const forward = () => listOf(of.op(inputs, moved, runtime));
    let outputs = forward();
    const [{ shape, size, requiresGrad }] = outputs;
    if (!requiresGrad) return dispose([...inputs, ...moved, ...outputs]);
    const upstream = tensor(normal(size, 7), shape, { runtime });
    // Every other input already has a gradient, to which the backward pass adds.
    const [old, fresh] = [0, 1].map((rest) => inputs.filter((_, i) => i % 2 === rest));
    for (const input of old) input.grad = randomTensor(runtime, input.shape, 9);
    // Every try uses the same graph, because a refused backward pass must not use it up.
    refuseEach(control, {
      before: () => stateOf(runtime, [...inputs, ...moved]),
      call: () => outputs[0].backward(upstream),
      undo: () => {
        for (const input of fresh) {
          input.grad?.dispose();
          input.grad = null;
        }
        dispose(outputs);
        outputs = forward();
      },
    });
    dispose(outputs);
    dispose([...inputs, ...moved, upstream]);
    expect(runtime.stats().tensors).toBe(atStart);
  });
});
