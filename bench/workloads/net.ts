import { noGrad } from "../../src/autograd.js";
import type { Module } from "../../src/nn/module.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import type { Shape, Tensor } from "../../src/tensor.js";
import { fill, type Net, type Value } from "../net.js";
import { leaf, values, type Workload } from "../workload.js";

/** A whole network: its forward pass in evaluation mode. */
export interface NetCase {
  name: string;
  shape: Shape;
  tiny: Shape;
  /** The network as steps. Its input is called x. */
  describe(shape: Shape): { net: Net; result: Value };
  ours(runtime: Runtime): Module & { forward(x: Tensor): Tensor };
}

export const input = (shape: Shape): Float32Array => values(shape, 1);

export const netRow = ({ name, shape, tiny, describe, ours }: NetCase): Workload => ({
  ...{ name, shape, tiny },
  cost: (shape) => describe(shape).net.cost(false),
  // Each of a dozen layers adds its rounding.
  tolerance: 1e-4,
  ours(runtime, shape) {
    const { leaves } = describe(shape).net;
    const module = ours(runtime).eval();
    fill(module, leaves);
    const x = leaf(runtime, shape, leaves.x.data as Float32Array);
    return { run: () => noGrad(() => [module.forward(x)]), dispose: () => module.dispose() };
  },
  program(shape) {
    const { net, result } = describe(shape);
    return net.program(result);
  },
});
