import { describe, expect, test } from "vitest";
import * as nn from "../src/nn/index.js";
import { add } from "../src/ops/elementwise/add.js";
import { mul } from "../src/ops/elementwise/mul.js";
import { relu } from "../src/ops/elementwise/relu.js";
import { sum } from "../src/ops/reduce/sum.js";
import { type Tensor, tensor, tidy, zeros } from "../src/tensor.js";
import { randomTensor, recordKernels, useRuntime } from "./helpers.js";

const runtime = await useRuntime();
const vector = (...values: number[]) =>
  tensor(values, [values.length], { runtime, requiresGrad: true });

describe("registerPostAccumulateGradHook", () => {
  test("fires once a pass, when the last edge has come, with the whole gradient", () => {
    const [x, w] = [vector(3), vector(2)];
    const seen: (number | undefined)[] = [];
    const handle = x.registerPostAccumulateGradHook((leaf) => seen.push(leaf.grad?.item()));
    tidy(() => sum(add(mul(mul(x, x), w), x)).backward());
    expect(seen).toEqual([13]);
    tidy(() => sum(x).backward());
    expect(seen).toEqual([13, 14]);
    handle.remove();
    tidy(() => sum(x).backward());
    expect(seen).toEqual([13, 14]);
  });

  test("fires while the pass still goes on behind it", () => {
    const [first, last] = [new nn.Linear(4, 4, { runtime }), new nn.Linear(4, 2, { runtime })];
    const kernels = recordKernels(runtime);
    const at = new Map<string, number>();
    for (const [name, layer] of Object.entries({ first, last }))
      layer.weight.registerPostAccumulateGradHook(() => at.set(name, kernels.length));
    tidy(() => sum(last.forward(relu(first.forward(randomTensor(runtime, [3, 4], 1))))).backward());
    expect(at.get("last")).toBeLessThan(at.get("first") as number);
    Reflect.deleteProperty(runtime, "run");
  });

  test("a leaf that is the root; a leaf whose gradient never comes", () => {
    const [x, y] = [vector(1), vector(1)];
    let fired = 0;
    for (const leaf of [x, y]) leaf.registerPostAccumulateGradHook(() => fired++);
    x.backward();
    expect([fired, x.grad?.item(), y.grad]).toEqual([1, 1, null]);
  });

  test("a pass that is refused later takes the gradient back, and leaves nothing behind", () => {
    const [x, w] = [vector(3), vector(2)];
    const gradsNow = () => ({ x: x.grad?.item(), w: w.grad?.item() });
    const refuse = () => {
      throw new Error("no");
    };
    for (const start of [undefined, 7]) {
      for (const leaf of [x, w])
        leaf.grad = start === undefined ? null : tensor([start], [1], { runtime });
      const { tensors } = runtime.stats();
      const y = tidy(() => sum(mul(relu(mul(x, x)), w)));
      const handles = [
        w.registerPostAccumulateGradHook(() => {}),
        x.registerPostAccumulateGradHook(refuse),
      ];
      expect(() => y.backward()).toThrow("no");
      expect(gradsNow()).toEqual({ x: start, w: start });
      for (const handle of handles) handle.remove();
      y.backward();
      expect(gradsNow()).toEqual({ x: 12 + (start ?? 0), w: 9 + (start ?? 0) });
      y.dispose();
      expect(runtime.stats().tensors - tensors).toBe(start === undefined ? 2 : 0);
    }
  });

  test("refusals", () => {
    const x = vector(1);
    expect(() => x.registerPostAccumulateGradHook(1 as never)).toThrow("expected a function");
    expect(() => mul(x, x).registerPostAccumulateGradHook(() => {})).toThrow("expected a leaf");
    expect(() => zeros([1], { runtime }).registerPostAccumulateGradHook(() => {})).toThrow("leaf");
  });
});

test("afterRun is called behind each launch", () => {
  let calls = 0;
  runtime.afterRun = () => calls++;
  const kernels = recordKernels(runtime);
  tidy(() => sum(mul(vector(1, 2), vector(3, 4))).backward());
  runtime.afterRun = null;
  Reflect.deleteProperty(runtime, "run");
  expect(calls).toBe(kernels.length);
});

describe("replaceChild", () => {
  class Two extends nn.Module {
    readonly firstLayer: nn.Module = new nn.ReLU();
    readonly second: nn.Module = new nn.ReLU();
    forward(x: Tensor): Tensor {
      return this.second.forward(this.firstLayer.forward(x));
    }
  }

  test("of a property and of a Sequential, by the names of children()", () => {
    const net = new Two();
    const list = new nn.Sequential(new nn.ReLU(), new nn.ReLU());
    net.replaceChild("first_layer", list);
    list.replaceChild("1", new nn.Tanh());
    expect(net.firstLayer).toBe(list);
    expect(list.layers[1]).toBeInstanceOf(nn.Tanh);
    expect([...net.children()].map(([name]) => name)).toEqual(["first_layer", "second"]);
  });

  test("refusals change nothing", () => {
    const list = new nn.Sequential(new nn.ReLU());
    expect(() => list.replaceChild("1", new nn.ReLU())).toThrow('no child "1" (there are 0)');
    expect(() => new Two().replaceChild("x", new nn.ReLU())).toThrow("first_layer, second");
    expect(() => list.replaceChild("0", 1 as never)).toThrow("expected a layer, got 1");
  });
});
