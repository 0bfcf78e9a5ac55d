import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { askChoice, askInteger } from "../../src/cli/ask.js";
import { complete } from "../../src/cli/choose.js";
import { en } from "../../src/cli/text/en/index.js";

/** A terminal that types the next answer whenever it is asked something. */
function terminal(...answers: string[]) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  let told = "";
  stdout.on("data", (text) => {
    told += text;
    if (!/(: |\? )$/.test(String(text))) return;
    const next = answers.shift();
    if (next === undefined) stdin.end();
    else stdin.write(`${next}\n`);
  });
  return { stdin, stdout, input: stdin, output: stdout, told: () => told };
}

describe("asking", () => {
  test("a choice by number, again until it is one", async () => {
    const there = terminal("0", "three", "", "2");
    expect(await askChoice("Which?", ["a", "b"], there, en)).toBe(1);
    expect(there.told()).toContain("  1  a\n  2  b\n");
  });

  test("a choice by its word, and what is none is said to be none", async () => {
    const there = terminal("video", "7", "Vision");
    expect(await askChoice("Which?", ["text", "pictures"], there, en, ["sequence", "vision"])).toBe(
      1,
    );
    expect(there.told()).toContain('"video" is not one of 1 to 2, or of sequence, vision\n');
    expect(there.told()).toContain('"7" is not one of 1 to 2');
    expect(await complete({}, terminal("style", "domains"), en)).toMatchObject({
      style: "domains",
    });
  });

  test("a number, again until it is one", async () => {
    const there = terminal("0", "1.5", "x", "12");
    expect(await askInteger("How many?", there, en)).toBe(12);
    expect(there.told()).toContain('"1.5" is not an integer from 1 on\n');
  });

  test("the end of the input is a stop", async () => {
    await expect(askInteger("How many?", terminal(), en)).rejects.toThrow(
      expect.objectContaining({ name: "AbortError" }),
    );
  });

  test("complete asks what is missing and nothing else", async () => {
    const there = terminal("4", "2");
    const answers = await complete({ task: "vision" }, there, en);
    expect(answers).toEqual({ task: "vision", batch: 4, deviceCount: 2 });
    expect(there.told()).not.toContain("What is the task?");
    expect(await complete({ task: "style" }, terminal("3"), en)).toMatchObject({
      style: "domains",
    });
  });

  test("without a terminal it names the flag", async () => {
    await expect(complete({}, null, en)).rejects.toThrow(
      "--task is missing: What is the task? One of vision, sequence, style,",
    );
    await expect(complete({ task: "vision", batch: 2 }, null, en)).rejects.toThrow(
      "--device-count is missing: How many devices share a step? A number.",
    );
  });
});
