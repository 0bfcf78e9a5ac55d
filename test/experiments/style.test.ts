import { beforeAll, describe, expect, test } from "vitest";
import { styleReport, styleText } from "../../src/cli/report/style-transfer.js";
import { en } from "../../src/cli/text/en/index.js";
import { matchMoments } from "../../src/experiments/match-moments.js";
import { brushwork, harbour, toPicture, toTensor } from "../../src/experiments/pictures.js";
import { type StyleResult, style } from "../../src/experiments/style.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { resultsJson } from "../../src/show/results.js";
import { finish, interrupt } from "./finish.js";

const small = { widths: [8, 8, 16] as const, residualBlocks: 1, steps: 12, crop: 16, lr: 3e-3 };
const pictures = [harbour(32), brushwork(32)] as const;

let result: StyleResult;
beforeAll(async () => {
  result = await finish((options) => style(...pictures, small, options));
});

describe("style", () => {
  test("trains every norm: losses fall after Adam's first steps, and the picture is as large as the content", () => {
    expect(result.runs.map(({ norm }) => norm)).toEqual(["in", "bn", "none"]);
    for (const { losses, final, picture } of result.runs) {
      const total = ({ style, content }: (typeof losses)[number]) => 2 * style + content;
      expect(losses).toHaveLength(12);
      expect(total(losses[11])).toBeLessThan(0.8 * Math.max(...losses.map(total)));
      expect(Number.isFinite(total(final))).toBe(true);
      expect([picture.width, picture.height]).toEqual([32, 32]);
    }
  });

  test("judges the content by itself as unchanged", () => {
    expect(result.untouched.content).toBe(0);
    expect(result.untouched.style).toBeGreaterThan(0.05);
  });

  test("AdaIN in one go comes nearer to the style without training", () => {
    expect(result.oneShot.style).toBeLessThan(0.5 * result.untouched.style);
  });

  test("the article's net has its parameters and keeps 256 × 256", () => {
    expect(result.full?.parameters).toBe(1_676_035);
    expect(result.full?.shape).toEqual([1, 3, 256, 256]);
  });

  test("is reported, with every picture", () => {
    const html = styleReport(result, en)
      .sections.map((section) => section.html)
      .join();
    expect(html.match(/data:image\/png;base64/g)).toHaveLength(6);
    expect(html).not.toMatch(/NaN|undefined/);
    expect(styleText(result, en)).toContain("1,676,035");
    expect(resultsJson(result).length).toBeLessThan(10_000);
    expect(resultsJson(result)).toContain('"content":{"width":32,"height":32}');
  });
});

test("crops that do not fit are refused before anything is trained", async () => {
  await expect(
    finish((options) => style(...pictures, { ...small, crop: 48 }, options)),
  ).rejects.toThrow("expected crop to be a multiple of 4 up to 32, got 48");
});

test("stops when told to and leaves nothing behind", async () => {
  const { error, bytes } = await interrupt((options) => style(...pictures, small, options));
  expect((error as Error).name).toBe("AbortError");
  expect(bytes).toBe(0);
});

test("a picture is a tensor and back; a picture's moments matched with its own leave it as it is", async () => {
  const runtime = await createRuntime({ threads: 1 });
  using x = toTensor(harbour(16), runtime);
  expect(toPicture(x)).toEqual(harbour(16));
  using same = matchMoments(x, x);
  expect(Math.max(...same.data.map((v, i) => Math.abs(v - x.data[i])))).toBeLessThan(1e-4);
  expect(structuredClone(harbour(16))).toEqual(harbour(16));
  runtime.close();
});
