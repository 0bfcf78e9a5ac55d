// Every refusal that a visitor can cause has a sentence of its own in both languages.
import { expect, test } from "vitest";
import { methodDescriptions } from "../../src/experiments/methods/index.js";
import { sight } from "../../src/experiments/see.js";
import { NormResNet } from "../../src/models/norm-resnet.js";
import { Refusal } from "../../src/page/engine/client.js";
import { refusalText } from "../../src/page/refusals.js";
import { en } from "../../src/page/text/en/index.js";
import { zh } from "../../src/page/text/zh/index.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const unknown = "Refused: ";

/** The English sentence, or null where nothing is refused. */
function refused(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    const refusal = new Refusal((error as Error).message);
    expect(refusalText(refusal, zh.common)).toMatch(/\p{Script=Han}/u);
    expect(refusalText(refusal, zh.common)).not.toMatch(/^被拒绝：/);
    return refusalText(refusal, en.common);
  }
}

const names = methodDescriptions.flatMap(({ methods }) => methods.map(({ name }) => name));

test.each(names)("see: %s of any size that the levers give", (name) => {
  for (const number of ["", ":1", ":2", ":3", ":8"])
    for (const shape of [
      [1, 1, 1, 1],
      [1, 6, 1, 1],
      [2, 7, 1, 3],
      [2, 1, 1, 1],
      [6, 8, 1, 9],
    ] as const)
      for (const training of [true, false]) {
        const sentence = refused(() =>
          sight({ norm: `${name}${number}`, shape, training }, runtime),
        );
        expect(sentence ?? "").not.toContain(unknown);
      }
});

test.each([
  ["gn:7", "gn:7: the number must divide the 8 channels."],
  ["gn:x", /behind the colon/],
  ["gn:0", /behind the colon/],
  ["gn:", /behind the colon/],
  ["bn:2", "bn:2: this norm takes no number."],
  ["gn+zz", "There is no norm “gn+zz”."],
  ["foo", "There is no norm “foo”."],
  ["revin", /^revin cannot stand behind a convolution/],
])("train: %s", (norm, sentence) => {
  expect(refused(() => new NormResNet({ norm, width: 8, runtime }))).toMatch(sentence);
});
