// Every layer, with each of its allocations refused in turn.
import { describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import { ones, type Tensor, tidy } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";
import { refuseEach, refuseMemory, stateOf } from "../refusals.js";
import { type LayerCase, layerCases, layerNames } from "./cases.js";

const runtime = await useRuntime();
const control = refuseMemory(runtime);

test.each(layerNames)("%s has a case", (name) => {
  expect(Object.keys(layerCases).map((label) => label.split(",")[0])).toContain(name);
});

const dispose = (tensors: Iterable<Tensor>) => {
  for (const made of tensors) made.dispose();
};

function outputsOf({ layer, inputs, run }: LayerCase): Tensor[] {
  const list = inputs as Tensor[];
  const [first, ...conditions] = list;
  const forward = () => layer.forward(first, ...(conditions as never[]));
  const outputs = run ? run.call({ layer }, ...list) : forward();
  // The output of an Identity is its input, which must not be freed.
  return [outputs].flat().filter((output) => !list.includes(output));
}

describe.each(Object.entries(layerCases))("%s", (_, make) => {
  test("a refused call changes nothing and leaves nothing behind", () => {
    const made = make(runtime);
    refuseEach(control, {
      before: () => stateOf(runtime, [...made.inputs, ...made.layer.stateDict().values()]),
      call: () => outputsOf(made),
      undo: dispose,
    });
  });

  test("nor does a refused backward pass", () => {
    const made = make(runtime);
    const all = [...made.inputs, ...made.layer.stateDict().values()];
    let outputs: Tensor[] = [];
    const after = () => {
      dispose(outputs);
      return stateOf(runtime, all);
    };
    const upstreams = outputsOf(made).map((output) => {
      const upstream = ones(output.shape, { runtime });
      output.dispose();
      return upstream;
    });
    if (upstreams.length === 0) return;
    refuseEach(control, {
      before: () => {
        const { count, used } = stateOf(runtime, []);
        outputs = tidy(() => outputsOf(made)); // the graph keeps what it needs
        return { ...stateOf(runtime, all), count, used };
      },
      after,
      call: () => {
        if (outputs[0].requiresGrad) outputs[0].backward(upstreams[0]);
      },
      undo: () => {
        for (const tensor of all) {
          tensor.grad?.dispose();
          tensor.grad = null;
        }
        after();
      },
    });
  });
});

describe("a share beyond [0, 1] is clipped only where the pass goes well", () => {
  const x = () => ones([2, 4, 3, 3], { runtime });
  const share = () => ones([2, 4], { runtime });
  const cases: [string, () => nn.Module, () => Tensor[]][] = [
    ["BatchInstanceNorm", () => new nn.BatchInstanceNorm(4, { runtime }), () => [x()]],
    ["AdaLIN", () => new nn.AdaLIN(4, { runtime }), () => [x(), share(), share()]],
    ["LayerInstanceNorm", () => new nn.LayerInstanceNorm(4, { runtime }), () => [x()]],
  ];
  test.each(cases)("%s", (_, make, given) => {
    const [layer, inputs] = [make(), given()];
    const [gate] = [...layer.namedParameters()].filter(([name]) => /gate|rho/.test(name));
    refuseEach(control, {
      before: () => {
        gate[1].elements.fill(1.5);
        gate[1].written();
        return stateOf(runtime, [...layer.stateDict().values()]);
      },
      after: () => stateOf(runtime, [...layer.stateDict().values()]),
      call: () => (layer as nn.BatchInstanceNorm).forward(...(inputs as [Tensor])),
      undo: (y) => y.dispose(),
    });
    expect(gate[1].elements).toEqual(new Float32Array(4).fill(1));
  });
});
