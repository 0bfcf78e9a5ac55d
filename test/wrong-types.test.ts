// A call refuses unusable arguments in its own name. No error is the engine's "undefined is not iterable" or names an
// inner step.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as data from "../src/data/index.js";
import * as evenkeel from "../src/index.js";
import * as models from "../src/models/index.js";
import { type LayerCase, layerCases } from "./nn/cases.js";

const { nn, optim } = evenkeel;

beforeAll(async () => {
  await evenkeel.init({ threads: 1 });
});
afterAll(() => evenkeel.defaultRuntime().close());

const bare = Object.create(null); // String() cannot name it
const wrong = [
  ...[undefined, null, 200, "x", {}, [null], -1, 1.5, Number.NaN, true, () => 1, [[1]]],
  ...[bare, [bare], 1n, [2n], [0n, 1n], Symbol("x"), [Symbol("x")]],
];

/** The arguments before the wrong one. */
const before: (() => unknown[])[] = [
  () => [],
  () => [evenkeel.ones([2, 2])],
  () => [evenkeel.ones([1, 2, 4, 4])],
  () => [1, 2].map(() => evenkeel.ones([2, 2])),
  () => [1, 2].map(() => evenkeel.ones([1, 2, 4, 4])),
  () => [1, 2, 3].map(() => evenkeel.ones([1, 2, 4, 4])),
  () => [2],
  () => [2, 2],
  () => [new nn.Linear(2, 2)],
  () => [[evenkeel.ones([2])]],
];

/**
 * Functions that take a function, functions that users do not call, and base classes, which use the name of the class
 * below them.
 */
const others =
  `init createRuntime tidy noGrad isGradEnabled defaultRuntime Tensor Module Optimizer LRScheduler RuleLR checkNorm
  parseNorm downloadCifar10 readCifar10 readCheckpoint writeCheckpoint checkpointFile`.split(/\s+/);

const block = { dModel: 6, nHead: 2, dFF: 8 };
const image = () => evenkeel.ones([1, 3, 8, 8]);
const networks: Record<string, () => LayerCase> = {
  NormResNet: () => ({
    layer: new models.NormResNet({ norm: "bn", width: 2 }),
    inputs: [image()],
  }),
  StyleTransferNet: () => ({
    layer: new models.StyleTransferNet({ widths: [2, 2, 2], residualBlocks: 1 }),
    inputs: [image()],
  }),
  TransformerBlock: () => ({
    layer: new models.TransformerBlock(block),
    inputs: [evenkeel.ones([2, 3, 6])],
  }),
  TransformerLM: () => ({
    layer: new models.TransformerLM({ ...block, vocabSize: 5, contextLength: 4, layers: 1 }),
    inputs: [evenkeel.tensor(Int32Array.of(0, 1, 2), [1, 3])],
  }),
};

type Callable = ((...args: unknown[]) => unknown) & (new (...args: unknown[]) => unknown);

const exported = [evenkeel, nn, optim, data, models]
  .flatMap((module) => Object.entries(module))
  .filter(([name, value]) => typeof value === "function" && !others.includes(name)) as unknown as [
  string,
  Callable,
][];

const isClass = (value: Callable): boolean =>
  !Object.getOwnPropertyDescriptor(value, "prototype")?.writable && "prototype" in value;

function expectOwn(name: string, call: () => unknown, refused = () => {}): void {
  try {
    call();
  } catch (error) {
    expect(String(error)).toMatch(new RegExp(`^(Type|Range)?Error: ${name}: `));
    refused();
  }
}

describe.each(exported)("%s", (name, value) => {
  test("refuses in its own name, and leaves nothing behind", () => {
    for (const make of before) {
      for (const last of wrong) {
        const args = make();
        const { tensors } = evenkeel.defaultRuntime().stats();
        expectOwn(
          name,
          () => (isClass(value) ? new value(...args, last) : value(...args, last)),
          () => expect(evenkeel.defaultRuntime().stats().tensors).toBe(tensors),
        );
      }
    }
  });
});

/** Shapes that one operation or another does not take, and options that open a way of their own. */
const shapes = [[], [0], [3], [1, 3], [2, 3], [1, 3, 1], [2, 3, 4], [1, 3, 1, 1], [2, 3, 0, 2]];
const moving = () => ({
  training: true,
  runningMean: evenkeel.zeros([3]),
  runningVar: evenkeel.ones([3]),
});
const ways: (() => object | undefined)[] = [
  () => undefined,
  moving,
  () => ({ ...moving(), virtualBatchSize: 1 }),
  () => ({ ...moving(), mask: evenkeel.ones([1, 1]) }),
  () => ({ layout: "nhwc" }),
];
const behind: ((x: evenkeel.Tensor) => unknown[])[] = [
  () => [],
  () => [evenkeel.ones([3])],
  (x) => [evenkeel.ones(x.shape)],
  () => [[3]],
];
const operations = exported.filter(([name]) => /^[a-z]/.test(name) && name in evenkeel);

test.each(operations)("%s refuses shapes in its own name, and moves nothing", (name, op) => {
  for (const shape of shapes)
    for (const way of ways)
      for (const more of behind)
        for (const list of [false, true]) {
          const x = evenkeel.ones(shape);
          const options = way() as Partial<ReturnType<typeof moving>> | undefined;
          const args = [list ? [x, evenkeel.ones([2, 3])] : x, ...more(x), options];
          const { tensors } = evenkeel.defaultRuntime().stats();
          expectOwn(
            name,
            () => op(...args.slice(0, options ? undefined : -1)),
            () => {
              expect(evenkeel.defaultRuntime().stats().tensors).toBe(tensors);
              expect([...(options?.runningMean?.toArray() ?? [])].some(Boolean)).toBe(false);
            },
          );
        }
});

test("layers and networks refuse what is no tensor", () => {
  const layers = [
    new nn.Linear(2, 2),
    new nn.BatchNorm2d(2),
    new nn.LayerNorm(2),
    new nn.Conv2d(2, 2, 1),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Embedding(3, 2),
    new nn.MultiHeadAttention(2, 1),
  ];
  for (const layer of layers) {
    for (const value of wrong.filter((one) => !Array.isArray(one)))
      expect(() => layer.forward(value as never), layer.constructor.name).toThrow(
        /^\w+: expected \w+ /,
      );
  }
});

describe.each([
  ...Object.entries(layerCases),
  ...Object.entries(networks).map(([name, make]) => [name, () => make()] as const),
])("%s", (_, make) => {
  test("refuses what it cannot use in words of its own, wherever it stands", () => {
    const { layer, inputs } = make(evenkeel.defaultRuntime());
    const forward = layer.forward.bind(layer) as (...args: unknown[]) => unknown;
    for (let at = 0; at < 4; at++) {
      for (const value of [...wrong, evenkeel.ones([2]), evenkeel.ones([1, 2, 3, 4, 5, 6])]) {
        const args = [...inputs.slice(0, at), value];
        const { tensors } = evenkeel.defaultRuntime().stats();
        expectOwn(
          "\\w+",
          () => forward(...args),
          () => expect(evenkeel.defaultRuntime().stats().tensors).toBe(tensors),
        );
      }
    }
  });
});

test("states of the wrong type are refused", () => {
  const layer = new nn.Linear(2, 2);
  const sgd = new optim.SGD(layer.parameters(), { lr: 1 });
  for (const value of wrong) {
    expectOwn("loadStateDict", () => layer.loadStateDict(value as never));
    expectOwn("SGD", () => sgd.loadStateDict(value as never));
    for (const other of [value, evenkeel.ones([2, 2])])
      expect(() => layer.loadStateDict(new Map([["weight", other as never]]))).toThrow(
        /^loadState|^Err/,
      );
  }
});

test("so are those of a schedule", () => {
  const sgd = new optim.SGD(new nn.Linear(2, 2).parameters(), { lr: 1, momentum: 0.9 });
  const step = () => new optim.StepLR(sgd, 3);
  const schedules = [
    step(),
    new optim.OneCycleLR(sgd, 1, { totalSteps: 9 }),
    new optim.ReduceLROnPlateau(sgd),
    new optim.SequentialLR(sgd, [step()], []),
    new optim.ChainedScheduler([step()]),
  ];
  for (const schedule of schedules) {
    const { name } = schedule.constructor;
    for (const value of [...wrong, undefined, { schedulers: [null] }]) {
      const load = () => schedule.loadStateDict(value as never);
      expectOwn(
        name === "SequentialLR" || name === "ChainedScheduler" ? `(${name}|StepLR)` : name,
        load,
      );
      expect(load).toThrow();
    }
  }
  const [, cycle] = schedules as [unknown, InstanceType<typeof optim.OneCycleLR>];
  for (const momenta of [[-1], [Number.NaN], ["x"], [], null])
    expect(() => cycle.loadStateDict({ ...cycle.stateDict(), momenta } as never)).toThrow(
      "OneCycleLR:",
    );
});

test("a mask that is no tensor, of a single sample too", () => {
  for (const x of [evenkeel.ones([3, 4]), evenkeel.ones([2, 3, 4])])
    expect(() => new nn.InstanceNorm1d(3).forward(x, [1, 1, 1, 0] as never)).toThrow(
      "instanceNorm: expected mask to be a tensor",
    );
});

test.each([
  [
    () => evenkeel.randn(3 as never),
    "randn: expected a shape (an array of lengths), got 3: write [3]",
  ],
  [
    () => evenkeel.zeros([1], { dtype: "toString" as never }),
    "zeros: unknown dtype toString; known: float32",
  ],
  [
    () => evenkeel.reshape(evenkeel.ones([2, 2]), 4 as never),
    "reshape: expected a shape (an array of lengths), got 4: write [4]",
  ],
  ...Object.entries({
    randn: evenkeel.randn,
    rand: evenkeel.rand,
    zeros: evenkeel.zeros,
    ones: evenkeel.ones,
  }).map(([name, make]): [() => unknown, string] => [
    () => make(2 as never, 3 as never),
    `${name}: expected a shape (an array of lengths), got 2: write [2, 3]`,
  ]),
  [
    () => evenkeel.tensor([1, 2], { dtype: "float64" } as never),
    "tensor: expected a shape, got Object; options come third: tensor(data, shape, options)",
  ],
  [
    () => evenkeel.tensor(Promise.resolve([1]) as never),
    "tensor: expected a typed array, an array of numbers or a number, got a Promise: await it",
  ],
  [
    () => evenkeel.loadSafetensors(new ArrayBuffer(8) as never),
    "loadSafetensors: expected a Uint8Array, got ArrayBuffer: write new Uint8Array(buffer)",
  ],
  [
    () => evenkeel.loadSafetensors(Promise.resolve() as never),
    "loadSafetensors: expected a Uint8Array, got a Promise: await it",
  ],
  [
    () => evenkeel.loadSafetensors(evenkeel.ones([1]) as never),
    "loadSafetensors: expected a Uint8Array, got Tensor",
  ],
  [
    () => evenkeel.relu(Promise.resolve() as never),
    "relu: expected input to be a tensor, got a Promise: await it",
  ],
  [
    () => evenkeel.add(evenkeel.ones([1], { dtype: "float64" }) as never, 1),
    "add: expected a of dtype float32, got float64; to convert x: " +
      'tensor(Array.from(x.toArray(), Number), x.shape, { dtype: "float32" })',
  ],
  [
    () => evenkeel.saveCheckpoint({ a: new nn.ReLU() }, { a: 1n }),
    "saveCheckpoint: expected metadata and states that JSON can hold: ",
  ],
  [() => nn.createNorm(5 as never, 4), 'createNorm: expected a norm such as "gn:8", got 5'],
])("%s", (call, message) => {
  expect(call).toThrow(message);
});

test("what a call would take and could not use", async () => {
  const layer = () => new nn.Linear(2, 2);
  const x = () => evenkeel.ones([2, 2], { requiresGrad: true });
  const step = (change: (group: { lr: number; betas: unknown }) => void) => {
    const [a, b] = [x(), x()];
    const adam = new optim.Adam([{ params: [a] }, { params: [b] }]);
    for (const p of [a, b]) p.grad = evenkeel.ones([2, 2]);
    change(adam.groups[1] as never);
    expect(() => adam.step()).toThrow(/^Adam: expected/);
    expect([...a.elements, ...b.elements]).toEqual(new Array(8).fill(1));
  };
  step((group) => {
    group.betas = 0.9;
  });
  step((group) => {
    group.lr = Number.NaN;
  });
  const refused: [() => unknown, string][] = [
    [() => new nn.Sequential(layer(), 5 as never), "Sequential: expected layers one by one, got 5"],
    [
      () => new nn.Sequential([layer()] as never),
      "Sequential: expected layers one by one, got Array",
    ],
    [
      () => new nn.Sequential(nn.ReLU as never),
      "Sequential: expected layers one by one, got the class ReLU: write new ReLU()",
    ],
    [
      () => new nn.Sequential(evenkeel.relu as never),
      "Sequential: expected layers one by one, got the function relu",
    ],
    [() => x().backward(5 as never), "backward: expected a float32 gradient, got no tensor"],
    [() => evenkeel.tidy(5 as never), "tidy: expected a synchronous function, got 5"],
    [() => evenkeel.noGrad(5 as never), "noGrad: expected a synchronous function, got 5"],
    [() => evenkeel.noGrad(async () => 1), "noGrad: expected a synchronous function"],
    // biome-ignore lint/suspicious/noThenProperty: some libraries have promises of their own
    [() => evenkeel.noGrad(() => ({ then() {} })), "noGrad: expected a synchronous function"],
    [
      () => evenkeel.full([2], 1.5, { dtype: "int64" }),
      "full: expected value to be an integer, got 1.5",
    ],
    [
      () => evenkeel.saveSafetensors(new Map(), { a: 1 } as never),
      "saveSafetensors: expected metadata of texts",
    ],
    [
      () => evenkeel.positionalNorm(x(), { correction: 1.5 as never }),
      "positionalNorm: expected correction 0 or 1",
    ],
    [
      () => new nn.FRN(2, { eps: Number.NaN, learnedEps: true }),
      "FRN: expected eps to be a finite",
    ],
    [
      () => new nn.DyT(2, { alpha: Number.NaN }),
      "DyT: expected alpha to be a finite number, got NaN",
    ],
    [() => new nn.LayerScale(2, { initValues: Infinity }), "LayerScale: expected initValues"],
    [() => nn.weightNorm(layer(), { dim: 9 }), "weightNorm: "],
    [
      () => new optim.SGD([x()], { lr: 1, dampening: Number.NaN }),
      "SGD: expected dampening to be finite",
    ],
  ];
  for (const [call, message] of refused) expect(call).toThrow(message);
});

test.each([
  [
    () => new nn.BatchNorm2d(3).forward(evenkeel.ones([2, 4, 4, 3])),
    'BatchNorm2d: expected 3 channels, got 4 in input of shape [2, 4, 4, 3], layout "nchw"; ' +
      'for these channels, make it with layout: "nhwc"',
  ],
  [
    () => new nn.BatchNorm2d(3, { layout: "nhwc" }).forward(evenkeel.ones([2, 3, 4, 4])),
    'layout "nhwc"; for these channels, make it with layout: "nchw"',
  ],
  [
    () => new nn.InstanceNorm1d(3, { affine: true }).forward(evenkeel.ones([4, 5])),
    "InstanceNorm1d: expected 3 channels, got 4",
  ],
])("%s: channels that are not where the layer has them", (call, message) => {
  expect(call).toThrow(message);
});

/** The refusals are about wrong numbers: these are checked first, before anything is made. */
test.each<[string, () => unknown]>([
  ["EvoNormS0", () => new nn.EvoNormS0(8)],
  ["MultiHeadAttention", () => new nn.MultiHeadAttention(8, 2, { dropout: 2 })],
  ["PositionwiseFFN", () => new nn.PositionwiseFFN(8, 8, { dropout: 2 })],
  ["FRN", () => new nn.FRN(8, { eps: -1 })],
  ["DyT", () => new nn.DyT(8, { alpha: Number.NaN })],
  ["full", () => evenkeel.full([2], 1.5, { dtype: "int64" })],
])("%s that is refused has made nothing", (_, make) => {
  const { tensors } = evenkeel.defaultRuntime().stats();
  expect(make).toThrow(RangeError);
  expect(evenkeel.defaultRuntime().stats().tensors).toBe(tensors);
});

test("options in the place of what stands before them", () => {
  const sgd = new optim.SGD(new nn.Linear(2, 2).parameters(), { lr: 1 });
  const calls: [string, string, (options: never) => unknown][] = [
    ["StepLR", "stepSize", (o) => new optim.StepLR(sgd, o)],
    ["MultiStepLR", "milestones", (o) => new optim.MultiStepLR(sgd, o)],
    ["ExponentialLR", "gamma", (o) => new optim.ExponentialLR(sgd, o)],
    ["LambdaLR", "factor", (o) => new optim.LambdaLR(sgd, o)],
    ["CosineAnnealingLR", "tMax", (o) => new optim.CosineAnnealingLR(sgd, o)],
    ["OneCycleLR", "maxLr", (o) => new optim.OneCycleLR(sgd, o, { totalSteps: 3 })],
  ];
  for (const [name, argument, call] of calls)
    expect(() => call({ [argument]: 3 } as never)).toThrow(
      `${name}: expected ${argument} itself, in front of the options: new ${name}(optimizer, ${argument}, { … })`,
    );
});

test("data classes", () => {
  const scalers = [new data.StandardScaler(1), new data.MinMaxScaler(1)];
  for (const scaler of scalers) {
    const { name } = scaler.constructor;
    scaler.fit([1, 2, 3]);
    for (const value of [...wrong, new data.RobustScaler(1)])
      expect(() => scaler.merge(value as never)).toThrow(`${name}: expected a ${name} to merge`);
  }
  for (const scaler of [...scalers, new data.RobustScaler(1).fit([1, 2, 3])])
    for (const value of [null, "a", {}, 1, [1], new Int32Array(1), bare])
      for (const call of [scaler.transform, scaler.inverse])
        expect(() => call.call(scaler, [1], value as never)).toThrow(
          `${scaler.constructor.name}: expected out to be a Float32Array or Float64Array`,
        );
  for (const range of [{}, "x", [1], [1, 2, 3], bare]) {
    expect(() => new data.RobustScaler(1, { quantileRange: range as never })).toThrow(
      /^RobustScaler: expected quantileRange to be/,
    );
    expect(() => new data.MinMaxScaler(1, { featureRange: range as never })).toThrow(
      /^MinMaxScaler: expected featureRange to be/,
    );
  }
  for (const size of [1e300, 2 ** 32, 0.5]) {
    expect(() => new data.MinMaxScaler(size)).toThrow("MinMaxScaler: expected features to be");
    expect(() => new data.StandardScaler(1, { plane: size })).toThrow("expected plane to be");
  }
});
