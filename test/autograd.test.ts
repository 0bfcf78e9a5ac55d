import { describe, expect, test } from "vitest";
import { noGrad, record } from "../src/autograd.js";
import { createRuntime } from "../src/runtime/create-runtime.js";
import { empty, type Tensor, tensor, tidy } from "../src/tensor.js";
import { useRuntime } from "./helpers.js";

const runtime = await useRuntime();

const vector = (...values: number[]) =>
  tensor(values, [values.length], { runtime, requiresGrad: true });

/** y = a·b, element by element. It saves both inputs. */
function times(a: Tensor, b: Tensor): Tensor {
  const product = (p: Tensor, q: Tensor) => {
    const out = empty(runtime, p.shape);
    out.data.set(p.data.map((value, i) => value * q.data[i]));
    return out;
  };
  return record("times", product(a, b), [a, b], [a, b], (dy, [a, b], needs) => [
    needs[0] ? product(dy, b) : null,
    needs[1] ? product(dy, a) : null,
  ]);
}

/** y = a + b. It hands dy on to both inputs. */
function plus(a: Tensor, b: Tensor): Tensor {
  const out = empty(runtime, a.shape);
  out.data.set(a.data.map((value, i) => value + b.data[i]));
  return record("plus", out, [a, b], [], (dy) => [dy, dy]);
}

describe("backward", () => {
  test("follows every path once its gradient is complete: d/dx (x·x + x)·x = 3x² + 2x", () => {
    const x = vector(3);
    times(plus(times(x, x), x), x).backward();
    expect(x.grad?.item()).toBe(33);
  });

  test("accumulates into .grad, which stays the same tensor", () => {
    const x = vector(2, 5);
    const upstream = tensor([1, 10], [2], { runtime });
    times(x, x).backward(upstream);
    const grad = x.grad;
    expect([...(grad?.data ?? [])]).toEqual([4, 100]);
    times(x, x).backward(upstream);
    expect(x.grad).toBe(grad);
    expect([...(grad?.data ?? [])]).toEqual([8, 200]);
    expect([...upstream.data]).toEqual([1, 10]);
  });

  test("gradients handed on by an op are not shared between leaves", () => {
    const [a, b] = [vector(1), vector(1)];
    plus(a, b).backward();
    plus(a, a).backward();
    expect([a.grad?.item(), b.grad?.item()]).toEqual([3, 1]);
  });

  test("a second one without a fresh forward says so and changes nothing", () => {
    const x = vector(2);
    const y = times(x, x);
    y.backward();
    expect(() => y.backward()).toThrow(
      "used by an earlier backward and is freed; run the forward pass again",
    );
    expect(() => times(y, x).backward()).toThrow("run the forward pass again");
    expect(x.grad?.item()).toBe(4);
  });

  test("skips what wants no gradient", () => {
    const x = vector(2);
    const fixed = tensor([7], [1], { runtime });
    times(x, fixed).backward();
    expect(x.grad?.item()).toBe(7);
    expect(fixed.grad).toBeNull();
    expect(() => times(fixed, fixed).backward()).toThrow("does not require gradients");
    expect(() => noGrad(() => times(x, x)).backward()).toThrow("does not require gradients");
    expect(() => times(x, x).detach().backward()).toThrow("does not require gradients");
  });

  test("checks the gradient it is given", async () => {
    const x = vector(1, 2);
    const y = times(x, x);
    expect(() => y.backward()).toThrow("expected one of shape [2]");
    expect(() => y.backward(tensor([1], [1], { runtime }))).toThrow(
      "expected a gradient of shape [2], got [1]",
    );
    const other = await createRuntime({ threads: 1 });
    expect(() => y.backward(tensor([1, 1], [2], { runtime: other }))).toThrow("another runtime");
    other.close();
    y.backward(tensor([1, 1], [2], { runtime }));
    expect([...(x.grad?.data ?? [])]).toEqual([2, 4]);
  });

  test("goes through reshapes of leaves and of results", () => {
    const x = vector(1, 2, 3, 4);
    times(x.reshape([2, 2]), x.reshape([2, -1]))
      .reshape([4])
      .backward(tensor([1, 1, 1, 1], [4], { runtime }));
    expect([...(x.grad?.data ?? [])]).toEqual([2, 4, 6, 8]);
  });

  test("what was saved lives on when the tensors are disposed; a disposed leaf is an error", () => {
    const x = vector(3);
    const square = times(x, x);
    const cube = times(square, x);
    square.dispose();
    cube.backward();
    expect(x.grad?.item()).toBe(27);
    const again = times(x, x);
    x.dispose();
    expect(() => again.backward()).toThrow("was used after it was disposed");
  });

  test("handles a chain of 20,000 operations", () => {
    const x = vector(1);
    let y = x;
    for (let i = 0; i < 20_000; i++) y = plus(y, x);
    y.backward();
    expect(x.grad?.item()).toBe(20_001);
  });
});

describe("memory", () => {
  test("a step inside tidy leaves nothing but .grad, used graph or not", () => {
    const x = vector(1, 2, 3);
    const upstream = tensor([1, 1, 1], [3], { runtime });
    const step = (backward: boolean) =>
      tidy(() => {
        const y = times(plus(times(x, x), x), x);
        if (backward) y.backward(upstream);
      });
    step(true);
    const before = runtime.stats();
    for (let i = 0; i < 100; i++) step(i % 2 === 0);
    expect(runtime.stats()).toMatchObject({ tensors: before.tensors, bytes: before.bytes });
  });

  test("a graph that leaves tidy keeps what it saved until its tensor is disposed", () => {
    const x = vector(4);
    const before = runtime.stats().bytes;
    const y = tidy(() => times(times(x, x), x));
    y.backward();
    expect(x.grad?.item()).toBe(48);
    y.dispose();
    x.grad?.dispose();
    expect(runtime.stats().bytes).toBe(before);
    const unused = tidy(() => times(times(x, x), x));
    unused.dispose();
    expect(runtime.stats().bytes).toBe(before);
  });

  test("a graph nobody can reach is freed by the collector, with what it saved", async () => {
    const x = vector(3);
    const before = runtime.stats().tensors;
    (() => {
      for (let i = 0; i < 10; i++) times(times(x, x), x);
    })();
    expect(runtime.stats().tensors).toBe(before + 60); // two results and two saved tensors for each of them
    for (let i = 0; i < 50 && runtime.stats().tensors > before; i++) {
      (globalThis as unknown as { gc(): void }).gc();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(runtime.stats().tensors).toBeLessThanOrEqual(before);
  });

  test("a failing backward frees what it made and leaves .grad alone", () => {
    const x = vector(1);
    const y = record("broken", times(x, x), [x], [], () => {
      throw new Error("broken");
    });
    const before = runtime.stats().bytes;
    expect(() => times(y, y).backward()).toThrow("broken");
    expect(x.grad).toBeNull();
    tidy(() => {
      const z = record("broken", times(x, x), [x], [], () => {
        throw new Error("broken");
      });
      expect(() => z.backward()).toThrow("broken");
    });
    // times(y, y) cannot be reached any more and waits for the collector
    expect(runtime.stats().bytes - before).toBeLessThanOrEqual(3 * 64);
  });
});
