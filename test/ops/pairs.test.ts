// Sizes that are a number or [height, width]. Operations and layers refuse other values before they make tensors.
import { describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import * as ops from "../../src/ops/index.js";
import { zeros } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();

type Size = number | [number, number];
const x = () => zeros([1, 4, 6, 6], { runtime });
const w = () => zeros([4, 4, 3, 3], { runtime });
const rows: [string, string, number, (size: Size) => unknown][] = [
  ...(["stride", "padding", "dilation"] as const).flatMap(
    (name): [string, string, number, (size: Size) => unknown][] => {
      const least = name === "padding" ? 0 : 1;
      return [
        ["conv2d", name, least, (size) => ops.conv2d(x(), w(), { [name]: size })],
        ["convTranspose2d", name, least, (size) => ops.convTranspose2d(x(), w(), { [name]: size })],
        ["maxPool2d", name, least, (size) => ops.maxPool2d(x(), 2, { [name]: size })],
        ["Conv2d", name, least, (size) => new nn.Conv2d(4, 6, 3, { [name]: size, runtime })],
        [
          "ConvTranspose2d",
          name,
          least,
          (size) => new nn.ConvTranspose2d(4, 6, 3, { [name]: size, runtime }),
        ],
        ["MaxPool2d", name, least, (size) => new nn.MaxPool2d(2, { [name]: size })],
      ];
    },
  ),
  ...(["stride", "padding"] as const).flatMap(
    (name): [string, string, number, (size: Size) => unknown][] => {
      const least = name === "padding" ? 0 : 1;
      return [
        ["avgPool2d", name, least, (size) => ops.avgPool2d(x(), 2, { [name]: size })],
        ["AvgPool2d", name, least, (size) => new nn.AvgPool2d(2, { [name]: size })],
      ];
    },
  ),
  [
    "convTranspose2d",
    "outputPadding",
    0,
    (outputPadding) => ops.convTranspose2d(x(), w(), { outputPadding }),
  ],
  [
    "ConvTranspose2d",
    "outputPadding",
    0,
    (outputPadding) => new nn.ConvTranspose2d(4, 6, 3, { outputPadding, runtime }),
  ],
  ["maxPool2d", "kernelSize", 1, (size) => ops.maxPool2d(x(), size)],
  ["avgPool2d", "kernelSize", 1, (size) => ops.avgPool2d(x(), size)],
  ["MaxPool2d", "kernelSize", 1, (size) => new nn.MaxPool2d(size)],
  ["AvgPool2d", "kernelSize", 1, (size) => new nn.AvgPool2d(size)],
  ["Conv2d", "kernelSize", 1, (size) => new nn.Conv2d(4, 6, size, { runtime })],
  ["StdConv2d", "kernelSize", 1, (size) => new nn.StdConv2d(4, 6, size, { runtime })],
  ["ScaledStdConv2d", "kernelSize", 1, (size) => new nn.ScaledStdConv2d(4, 6, size, { runtime })],
  ["ConvTranspose2d", "kernelSize", 1, (size) => new nn.ConvTranspose2d(4, 6, size, { runtime })],
  ["adaptiveAvgPool2d", "outputSize", 0, (size) => ops.adaptiveAvgPool2d(x(), size)],
  ["AdaptiveAvgPool2d", "outputSize", 0, (size) => new nn.AdaptiveAvgPool2d(size)],
];

describe.each(rows)("%s, %s", (op, name, least, call) => {
  const expected = `${op}: expected ${name} a number or [height, width]`;
  test.each([
    [[3, 3, 3], RangeError, "[3, 3, 3]"],
    [[3], RangeError, "[3]"],
    [[], RangeError, "[]"],
    [["3", "3"], TypeError, '["3", "3"]'],
    [{ height: 3 }, TypeError, "Object"],
  ] as const)("refuses %j", (size, error, got) => {
    const before = runtime.stats().tensors;
    expect(() => call(size as unknown as Size)).toThrow(new error(`${expected}, got ${got}`));
    expect(runtime.stats().tensors - before).toBeLessThanOrEqual(2); // the arguments of the operation itself
  });

  test("refuses a string", () => {
    const positional = name === "kernelSize" || name === "outputSize";
    const same = name === "padding" && !/transpose/i.test(op);
    const text = positional
      ? `${expected}, got "3"`
      : `${op}: expected ${name} to be Array or number, got "3"`;
    expect(() => call("3" as unknown as Size)).toThrow(
      same
        ? new RangeError(`${op}: expected padding "same" or numbers, got "3"`)
        : new TypeError(text),
    );
  });

  test.each([least - 1, 1.5, NaN])("refuses %d", (size) => {
    const message = `${expected} of integers ≥ ${least}, got`;
    expect(() => call(size)).toThrow(new RangeError(`${message} ${size}`));
    expect(() => call([1, size])).toThrow(new RangeError(`${message} [1, ${size}]`));
  });

  test("takes both forms", () => {
    if (name === "outputPadding") return;
    expect(() => call(1)).not.toThrow();
    expect(() => call([1, 1])).not.toThrow();
  });
});

test.each(rows.filter(([, name]) => name.endsWith("Size")))(
  "%s refuses null",
  (op, name, _, call) => {
    const message = `${op}: expected ${name} a number or [height, width], got null`;
    expect(() => call(null as unknown as Size)).toThrow(new TypeError(message));
  },
);
