import { describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import type { Tensor } from "../../src/tensor.js";
import { randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const linear = () => new nn.Linear(2, 2, { bias: false, runtime });

class Net extends nn.Module {
  readonly list = new nn.ModuleList([linear(), linear()]);
  readonly dict = new nn.ModuleDict({ firstHead: linear(), other: linear() });

  forward(x: Tensor): Tensor {
    const y = this.list.layers.reduce((value, layer) => layer.forward(value), x);
    return this.dict.get("other").forward(y);
  }
}

describe("ModuleList and ModuleDict", () => {
  test("keys are PyTorch's: numbers, and names as they stand", () => {
    expect([...new Net().stateDict().keys()]).toEqual([
      "list.0.weight",
      "list.1.weight",
      "dict.firstHead.weight",
      "dict.other.weight",
    ]);
  });

  test("layers can be added and replaced, and learn", () => {
    const net = new Net();
    net.list.append(linear());
    expect(net.list.length).toBe(3);
    net.dict.set("more", linear());
    expect([...net.dict.layers.keys()]).toEqual(["firstHead", "other", "more"]);
    const own = linear();
    net.list.replaceChild("1", own);
    net.dict.replaceChild("more", own);
    expect([net.list.layers[1], net.dict.get("more")]).toEqual([own, own]);
    net.eval();
    expect(own.training).toBe(false);
    net.forward(randomTensor(runtime, [3, 2], 1)).backward(randomTensor(runtime, [3, 2], 2));
    expect(own.weight.grad).not.toBeNull();
  });

  test("refusals", () => {
    const list = new nn.ModuleList();
    const dict = new nn.ModuleDict({ a: linear() });
    expect(() => list.forward(undefined as never)).toThrow(
      "ModuleList: has no forward; call its layers",
    );
    expect(() => list.append(3 as never)).toThrow("ModuleList: expected layers, got 3");
    expect(() => new nn.ModuleList(linear() as never)).toThrow(
      "ModuleList: expected a list of layers",
    );
    expect(() => new nn.ModuleDict([linear()] as never)).toThrow(
      "ModuleDict: expected an object of layers",
    );
    expect(() => dict.get("b")).toThrow('ModuleDict: no layer "b" (there are a)');
    expect(() => dict.set("a.b", linear())).toThrow("expected a name without dots");
    expect(() => dict.set("b", null as never)).toThrow("ModuleDict: expected layers, got null");
    expect(() => list.replaceChild("0", linear())).toThrow('no child "0"');
  });
});
