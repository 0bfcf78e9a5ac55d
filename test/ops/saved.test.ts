// Each input of every operation, written between forward and backward pass: refused by name, or without effect.
import { describe, expect, test } from "vitest";
import type { DType } from "../../src/dtype.js";
import { Module } from "../../src/nn/module.js";
import * as ops from "../../src/ops/index.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type AnyTensor, sizeOf, Tensor, tensor, tidy } from "../../src/tensor.js";
import { normal, uniform, useRuntime } from "../helpers.js";
import { type Call, type Input, table } from "./saved-cases.js";

const runtime = await useRuntime();
const checking = await useRuntime({ threads: 1, checkSaved: true });

/** New inputs with the same values every time. Those for which `wanted` is true want gradients. */
function inputsOf(where: Runtime, inputs: Input[], wanted = (_: number) => true): AnyTensor[] {
  return inputs.map((input, i) => {
    if ("integers" in input)
      return tensor(input.integers, [input.integers.length], { runtime: where });
    const shape = "buffer" in input ? input.buffer : input;
    const next = uniform(31 + i);
    const values = Float32Array.from({ length: sizeOf(shape) }, () => 0.2 + 0.7 * next());
    const requiresGrad = !("buffer" in input) && wanted(i);
    return tensor(values, shape, { runtime: where, requiresGrad });
  });
}

/** All outputs of an operation as one vector whose own backward pass needs no saved values. */
function joined(made: unknown): Tensor {
  const list = made instanceof Tensor ? [made] : (Object.values(made as object) as Tensor[]);
  const flat = list.filter((t) => t.requiresGrad).map((t) => ops.reshape(t, [-1]));
  return ops.concat(flat);
}

const upstream = (y: Tensor) => tensor(normal(y.size, 5), y.shape, { runtime: y.runtime });
const gradientsOf = (inputs: AnyTensor[]) => inputs.map((input) => input.grad?.toArray() ?? null);

/** Other values that are equally valid for the operation. */
const others = (of: AnyTensor): AnyTensor =>
  of.dtype === "float32"
    ? tensor(
        (of as Tensor).toArray().map((v) => 1.1 - v),
        of.shape,
        { runtime: of.runtime },
      )
    : tensor([...(of.toArray() as Int32Array)].reverse(), of.shape, {
        runtime: of.runtime,
        dtype: of.dtype as DType,
      });

class Holder extends Module {
  constructor(readonly held: AnyTensor) {
    super();
  }
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** A write by the library. */
const load = (into: AnyTensor) => new Holder(into).loadStateDict(new Map([["held", others(into)]]));
/** A write by the user. */
const poke = (into: AnyTensor) => into.data.set(others(into).elements as never);

/** The gradients of the inputs, or the message of the refusal. `between` runs between forward and backward pass. */
function gradients(
  where: Runtime,
  inputs: AnyTensor[],
  call: Call,
  between: () => void = () => {},
): (ArrayLike<unknown> | null)[] | string {
  const y = joined(call(...inputs));
  between();
  try {
    y.backward(upstream(y));
  } catch (error) {
    expect((error as Error).constructor).toBe(Error);
    expect(inputs.every(({ grad }) => grad === null)).toBe(true);
    return (error as Error).message;
  }
  expect(where.closed).toBe(false);
  return gradientsOf(inputs);
}

const refusal =
  /^backward: [a-zA-Z0-9 ]+ saved a tensor of shape \[.*\] that was written since \(.+\): run the forward pass again/;

describe.each(table)("%s", (_, specs, call) => {
  const count = specs.length;

  test("goes back where nothing was written, twice forward too", () => {
    tidy(() => {
      const want = gradients(runtime, inputsOf(runtime, specs), call);
      expect(want).not.toBeTypeOf("string");
      expect(gradients(checking, inputsOf(checking, specs), call)).toEqual(want);
      for (const where of [runtime, checking]) {
        const inputs = inputsOf(where, specs);
        const [first, second] = [1, 2].map(() => joined(call(...inputs)));
        first.backward(upstream(first));
        second.backward(upstream(second));
        const [third, fourth] = [1, 2].map(() => joined(call(...inputs)));
        ops.add(third, fourth).backward(upstream(third));
      }
    });
  });

  test.each([
    ["a state dict", () => runtime, load],
    ["a state dict, with checksums", () => checking, load],
    ["a view, with checksums", () => checking, poke],
  ] as const)("refuses, or does not need, what was written by %s", (_, where, write) => {
    tidy(() => {
      // First all inputs want a gradient, then one input alone.
      for (let only = -1; only < count; only++) {
        const make = () => inputsOf(where(), specs, (i) => only < 0 || i === only);
        if (!make().some((input) => input.requiresGrad)) continue;
        const want = gradients(where(), make(), call);
        specs.forEach((spec, k) => {
          if (write === poke && "state" in spec) return; // no checksum: backward passes change it
          const inputs = make();
          const got = gradients(where(), inputs, call, () => write(inputs[k]));
          if (typeof got === "string") expect(got).toMatch(refusal);
          else expect(got, `input ${k} written, ${only} wanted`).toEqual(want);
        });
      }
    });
  });

  test("keeps no view over an allocation", async () => {
    const all = (where: Runtime) =>
      tidy(() => {
        const inputs = inputsOf(where, specs);
        let y: ArrayLike<number> = [];
        const made = gradients(where, inputs, (...given) => {
          const out = joined(call(...given));
          y = out.toArray();
          return out;
        });
        return [y, ...made];
      });
    const want = all(runtime);
    const growing = await createRuntime({ threads: 1 });
    const allocate = growing.allocate.bind(growing);
    growing.allocate = (bytes) => {
      growing.memory.grow(1); // detaches every existing view
      return allocate(bytes);
    };
    expect(all(growing)).toEqual(want);
    growing.close();
  });
});
