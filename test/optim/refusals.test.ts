// Optimisers with every one of their allocations refused.
import { describe, expect, test } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "../../src/io/checkpoint.js";
import * as nn from "../../src/nn/index.js";
import * as optim from "../../src/optim/index.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { tensor } from "../../src/tensor.js";
import { normal, randomTensor, useRuntime } from "../helpers.js";
import { refuseEach, refuseMemory, stateOf } from "../refusals.js";

const runtime = await useRuntime();
const control = refuseMemory(runtime);

const optimizers = {
  SGD: (params: nn.Module) =>
    new optim.SGD(params.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true }),
  Adam: (params: nn.Module) => new optim.Adam(params.parameters(), { amsgrad: true }),
  AdamW: (params: nn.Module) => new optim.AdamW(optim.decayGroups(params, 0.1)),
  RMSprop: (params: nn.Module) => new optim.RMSprop(params.parameters(), { centered: true }),
};

test("every optimiser is here", () => {
  const classes = Object.entries(optim)
    .filter(([, value]) => value.prototype instanceof optim.Optimizer)
    .map(([name]) => name);
  expect(Object.keys(optimizers).sort()).toEqual(classes.sort());
});

function makeModel(seed: number) {
  const model = new nn.Sequential(
    new nn.Linear(4, 3, { runtime }),
    new nn.BatchNorm1d(3, { runtime }),
  );
  model.parameters().forEach((p, i) => {
    p.grad = tensor(normal(p.size, seed + i), p.shape, { runtime });
  });
  return model;
}

/** All that a model and its optimiser are. */
function stateOfRun(model: nn.Module, optimizer: optim.Optimizer) {
  const { tensors, ...rest } = optimizer.stateDict();
  const all = [...model.stateDict().values(), ...tensors.values()];
  return { ...stateOf(runtime, all), keys: [...tensors.keys()], ...rest };
}

describe.each(Object.entries(optimizers))("%s", (_, make) => {
  test("a refused step moves no parameter", () => {
    const model = makeModel(1);
    const optimizer = make(model);
    refuseEach(control, {
      before: () => stateOfRun(model, optimizer),
      call: () => optimizer.step(),
      undo: () => optimizer.dispose(),
    });
  });

  test("a refused state or checkpoint changes nothing", () => {
    const [from, to] = [makeModel(1), makeModel(7)];
    const saved = make(from);
    saved.step();
    saved.lr = 0.25;
    const optimizer = make(to);
    refuseEach(control, {
      before: () => stateOfRun(to, optimizer),
      call: () => optimizer.loadStateDict(saved.stateDict()),
      undo: () => optimizer.dispose(),
    });
    // the model, and of two optimisers the first, are loaded before the second one's memory is refused
    const bytes = saveCheckpoint({ model: from, first: saved, second: saved });
    const [first, second] = [make(to), make(to)];
    const load = (bytes: Uint8Array) =>
      refuseEach(control, {
        before: () => [stateOfRun(to, first), stateOfRun(to, second)],
        call: () => loadCheckpoint(bytes, { model: to, first, second }),
        undo: () => {
          first.dispose();
          second.dispose();
        },
      });
    load(bytes);
    // the first one has no need of its buffers any more, until the second one's are refused
    first.step();
    load(saveCheckpoint({ model: from, first: make(from), second: saved }));
  });
});

test("a refused clipGradNorm scales no gradient", () => {
  const model = makeModel(1);
  refuseEach(control, {
    before: () => stateOf(runtime, model.parameters()),
    call: () => optim.clipGradNorm(model.parameters(), 0.1),
    undo: () => {},
  });
});

describe("a gradient of the user's own", () => {
  test("must be one of the tensor", async () => {
    const x = randomTensor(runtime, [3], 1, true);
    const other = await createRuntime({ threads: 1 });
    const grads: [unknown, ErrorConstructor | RangeErrorConstructor, string][] = [
      [randomTensor(runtime, [4], 2), RangeError, "grad: expected shape [3], got [4]"],
      [tensor(Int32Array.of(1, 2, 3), [3], { runtime }), TypeError, "got int32"],
      [randomTensor(other, [3], 2), Error, "two runtimes"],
      [new Float32Array(3), TypeError, "grad: expected a tensor or null"],
    ];
    for (const [grad, type, message] of grads) {
      const assign = () => {
        x.grad = grad as never;
      };
      expect(assign).toThrow(type);
      expect(assign).toThrow(message);
      expect(x.grad).toBeNull();
    }
    const gone = randomTensor(runtime, [3], 2);
    gone.dispose();
    expect(() => {
      x.grad = gone;
    }).toThrow("disposed");
    const labels = tensor(Int32Array.of(1, 2, 3), [3], { runtime });
    expect(() => {
      labels.grad = randomTensor(runtime, [3], 2);
    }).toThrow(TypeError);
    other.close();
  });

  test("that was disposed since is refused by whoever reads it, and nothing moves", () => {
    const [a, b] = [1, 2].map((seed) => randomTensor(runtime, [3], seed, true));
    a.grad = randomTensor(runtime, [3], 3);
    b.grad = randomTensor(runtime, [3], 4);
    b.grad.dispose();
    const before = [a, a.grad].map((t) => t.toArray());
    const upstream = randomTensor(runtime, [3], 5);
    const uses = [
      () => new optim.SGD([a, b], { lr: 1 }).step(),
      () => optim.clipGradNorm([a, b], 1e-3),
      () => optim.clipGradValue([a, b], 1e-3),
      () => nn.addAndNormalize(new nn.Identity(), a, b).sum.backward(upstream),
    ];
    for (const use of uses) {
      expect(use).toThrow("disposed");
      expect([a, a.grad].map((t) => t.toArray())).toEqual(before);
    }
  });
});
