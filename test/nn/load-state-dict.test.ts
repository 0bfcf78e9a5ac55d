// Checkpoints whose keys and dtypes are not those of the module.
import { describe, expect, test } from "vitest";
import { loadTorch } from "../../src/files/index.js";
import { nn } from "../../src/namespaces.js";
import { Module } from "../../src/nn/module.js";
import { type AnyTensor, type Tensor, tensor } from "../../src/tensor.js";
import { goldenFiles } from "../files/golden.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const golden = goldenFiles("pytorch-files");
const load = (name: string) => loadTorch(golden.bytes(name), { runtime });

/** The network of test/golden/pytorch-files/state-dict.pth. */
const network = () =>
  new nn.Sequential(
    new nn.Conv2d(2, 3, 3, { runtime }),
    new nn.BatchNorm2d(3, { runtime }),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(3, 2, { runtime }),
  );
const values = (net: Module) => [...net.stateDict()].map(([key, x]) => [key, x.toArray()]);
const expected = () => {
  const net = network();
  net.loadStateDict(load("state-dict.pth"));
  return values(net);
};

describe("keys", () => {
  test.each<[string, string, object]>([
    ["of DataParallel", "data-parallel.pth", { prefix: "module." }],
    ["within a training checkpoint", "training.tar", { prefix: "model." }],
    ["of any kind", "data-parallel.pth", { rename: (key: string) => key.replace("module.", "") }],
    ["as they are", "state-dict-legacy.pth", {}],
  ])("%s", (_, file, options) => {
    const net = network();
    expect(net.loadStateDict(load(file), options)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(values(net)).toEqual(expected());
  });

  test("that rename gives null for are left out, and those without the prefix", () => {
    const net = network();
    const options = {
      prefix: "model.",
      rename: (key: string) => (key.startsWith("4.") ? null : key),
      strict: false,
    };
    const state = new Map([...load("training.tar"), ["other", tensor([1], [1], { runtime })]]);
    expect(net.loadStateDict(state, options)).toEqual({
      missingKeys: ["4.weight", "4.bias"],
      unexpectedKeys: [],
    });
  });

  test.each<[string, string, object, string]>([
    [
      "with the module's in front",
      "data-parallel.pth",
      {},
      'They begin with "module." there: { prefix: "module." }.',
    ],
    [
      "that begin otherwise",
      "state-dict.pth",
      { prefix: "net." },
      'no key begins with "net."; the first is "0.weight"',
    ],
    [
      "that become one",
      "state-dict.pth",
      { rename: () => "0.weight" },
      '"0.weight" and "0.bias" would both become "0.weight"',
    ],
    [
      "renamed to a number",
      "state-dict.pth",
      { rename: () => 3 },
      'expected rename("0.weight") to be a text or null, got 3',
    ],
    ["with a misspelt option", "state-dict.pth", { prefx: "" }, 'did you mean "prefix"?'],
  ])("%s are refused", (_, file, options, message) => {
    const net = network();
    const before = values(net);
    expect(() => net.loadStateDict(load(file), options)).toThrow(message);
    expect(values(net)).toEqual(before);
  });

  test("that lack the module's beginning, or are nearly right, are guessed", () => {
    const inner = load("state-dict.pth");
    const outer = new nn.Sequential(network());
    expect(() => outer.loadStateDict(inner)).toThrow(
      'They lack "0." there: { rename: (key) => "0." + key }.',
    );
    const renamed = (key: string) => key.replace("running_mean", "runningMean");
    expect(() => network().loadStateDict(inner, { rename: renamed })).toThrow(
      'Missing key(s) in state_dict: "1.running_mean".\n\tThe nearest to "1.running_mean" is "1.runningMean".',
    );
  });
});

describe("other dtypes", () => {
  const doubles = () => {
    const state: [string, AnyTensor][] = [];
    for (const [key, x] of load("state-dict.pth"))
      if (x.dtype === "int64") state.push([key, tensor(Int32Array.of(1), [], { runtime })]);
      else
        state.push([
          key,
          tensor(Float64Array.from(x.toArray() as Float32Array), x.shape, { runtime }),
        ]);
    return new Map(state);
  };

  test("are taken with consent", () => {
    const net = network();
    expect(() => net.loadStateDict(doubles())).toThrow(
      "dtype mismatch for 0.weight: float64 in checkpoint, float32 in current model; { cast: true } converts it.",
    );
    net.loadStateDict(doubles(), { cast: true });
    expect(values(net)).toEqual(expected());
  });

  test("float64 is rounded to the nearest float32", () => {
    const net = new nn.Linear(1, 1, { bias: false, runtime });
    const weight = tensor(Float64Array.of(Math.PI), [1, 1], { runtime });
    net.loadStateDict(new Map([["weight", weight]]), { cast: true });
    expect(net.weight.item()).toBe(Math.fround(Math.PI));
  });

  test.each([0.5, 2 ** 63, Number.NaN])("a counter of %d is refused", (count) => {
    const net = network();
    const state = doubles().set("1.num_batches_tracked", tensor([count], [], { runtime }));
    const before = values(net);
    expect(() => net.loadStateDict(state, { cast: true })).toThrow(
      "dtype mismatch for 1.num_batches_tracked: float32 in checkpoint, int64 in current model, which cannot " +
        "hold its values.",
    );
    expect(values(net)).toEqual(before);
  });

  test("float64 beyond float32 is refused, infinities and NaN are not", () => {
    const norm = new nn.RMSNorm(3, { runtime });
    const load = (...data: number[]) =>
      norm.loadStateDict(new Map([["weight", tensor(Float64Array.from(data), [3], { runtime })]]), {
        cast: true,
      });
    expect(() => load(1e300, 0, 0)).toThrow(
      "float32 in current model, which cannot hold its values",
    );
    load(Infinity, Number.NaN, 1e-300);
    expect([...(norm.weight?.toArray() ?? [])]).toEqual([Infinity, Number.NaN, 0]);
  });
});

/** The network of old-hooks.pth, with PyTorch's present parametrisations. */
class Hooked extends Module {
  readonly wn = nn.weightNorm(new nn.Linear(3, 2, { runtime }));
  readonly sn = nn.spectralNorm(new nn.Conv2d(1, 2, 2, { runtime }));
  forward(x: Tensor): Tensor {
    return x;
  }
}

test("keys of PyTorch's older hooks go to the parametrisations", () => {
  const net = new Hooked();
  const state = load("old-hooks.pth");
  expect(net.loadStateDict(state)).toEqual({ missingKeys: [], unexpectedKeys: [] });
  const own = net.stateDict();
  for (const [key, old] of [
    ["wn.parametrizations.weight.original0", "wn.weight_g"],
    ["wn.parametrizations.weight.original1", "wn.weight_v"],
    ["sn.parametrizations.weight.original", "sn.weight_orig"],
    ["sn.parametrizations.weight.0._u", "sn.weight_u"],
    ["sn.parametrizations.weight.0._v", "sn.weight_v"],
    ["sn.bias", "sn.bias"],
  ])
    expect(own.get(key)?.toArray(), key).toEqual(state.get(old)?.toArray());
  // A layer with hooks of its own takes them by its own keys.
  const hooked = nn.weightNorm(new nn.Linear(3, 2, { runtime }), { hook: true });
  hooked.loadStateDict(state, { prefix: "wn." });
  expect(hooked.weight.toArray()).toEqual(net.wn.weight.toArray());
});
