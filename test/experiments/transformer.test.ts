import { beforeAll, describe, expect, test } from "vitest";
import { transformerReport, transformerText } from "../../src/cli/report/transformer.js";
import { en } from "../../src/cli/text/en/index.js";
import { Rng } from "../../src/data/rng.js";
import { CharText } from "../../src/experiments/char-text.js";
import { logbook } from "../../src/experiments/logbook.js";
import {
  type TransformerResult,
  type TransformerVariant,
  transformer,
} from "../../src/experiments/transformer.js";
import { finish, interrupt } from "./finish.js";

const text = { name: "the log book", content: logbook };
const small = { layers: 4, dModel: 32, nHead: 2, dFF: 64, context: 32, steps: 40, sample: 12 };

let result: TransformerResult;
beforeAll(async () => {
  result = await finish((options) => transformer(text, small, options));
});
const find = (variant: TransformerVariant) =>
  result.runs.find((run) => run.variant === variant) as TransformerResult["runs"][number];

describe("transformer", () => {
  test("starts near the loss of knowing nothing, and learns under every norm", () => {
    for (const { losses, heldOut } of result.runs) {
      expect(losses[0]).toBeGreaterThan(0.8 * Math.log(result.text.vocabulary));
      expect(losses[0]).toBeLessThan(1.5 * Math.log(result.text.vocabulary));
      expect(losses).toHaveLength(40);
      expect(heldOut).toBeLessThan(losses[0] - 0.5);
    }
  });

  test("is evaluated alike in batches and one piece at a time: no norm looks at the batch then", () => {
    for (const { heldOut, heldOutBatch1 } of result.runs)
      expect(heldOutBatch1).toBeCloseTo(heldOut, 4);
  });

  test("only batch norm lets the future leak into the past", () => {
    for (const { variant, leak } of result.runs) {
      if (variant === "pre-bn") expect(leak).toBeGreaterThan(1e-3);
      else expect(leak).toBe(0);
    }
  });

  test("from the first block to the last, gradients rise more behind the sums than before the parts", () => {
    const rise = (variant: TransformerVariant) => {
      const { gradientNorms } = find(variant);
      return gradientNorms[gradientNorms.length - 1] / gradientNorms[0];
    };
    for (const variant of ["pre-ln", "pre-rms", "pre-dyt"] as const)
      expect(rise(variant)).toBeLessThan(rise("post-ln"));
  });

  test("goes on writing in the text's own characters", () => {
    for (const { sample } of result.runs) {
      expect([...sample]).toHaveLength(12);
      for (const character of sample) expect(logbook).toContain(character);
    }
  });

  test("the article's block has its parameters and shape, whatever the mask's rank", () => {
    expect(result.block?.parameters).toBe(3_152_384);
    expect(result.block?.shape).toEqual([32, 50, 512]);
    expect(result.block?.masksAgree).toBe(true);
  });

  test("is reported", () => {
    const { summary, sections } = transformerReport(result, en);
    expect(summary).toContain("pre-ln");
    expect(sections.map(({ title }) => title)).toEqual([
      "Loss",
      "Gradients of the fresh nets",
      "Table",
      "What they write",
    ]);
    expect(transformerText(result, en)).toContain("3,152,384");
  });
});

test("stops when told to and leaves nothing behind", async () => {
  const { error, bytes } = await interrupt((options) => transformer(text, small, options));
  expect((error as Error).name).toBe("AbortError");
  expect(bytes).toBe(0);
});

describe("a text", () => {
  test("is cut into pieces whose targets are one further", () => {
    const { characters, ...cut } = pieces();
    const read = (indices: Int32Array) => [...indices].map((i) => characters[i]).join("");
    expect(read(cut.inputs).slice(1, 8)).toBe(read(cut.targets).slice(0, 7));
    expect(logbook).toContain(read(cut.inputs.slice(0, 8)));
  });

  test("too short is refused", () => {
    expect(() => new CharText("abc", 8)).toThrow("expected a text of more than 90 characters");
  });
});

function pieces() {
  const text = new CharText(logbook, 8);
  return { characters: text.characters, ...text.batch(2, new Rng(0)) };
}
