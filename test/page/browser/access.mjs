// The page for eyes, keyboards, sizes and settings of all kinds.
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { lever } from "./figures.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds in the page, or in an element of it, as short sentences. */
export async function violations(page, selector) {
  await page.run(`(() => { ${axe}; return true; })()`);
  return page.evaluate(async (selector) => {
    const found = await window.axe.run(selector ?? document, { resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${target}: ${failureSummary.slice(0, 200)}`,
      ),
    );
  }, selector);
}

/** Everything open, a number pointed at, and a sentence that refuses. */
async function unfold(page, { see }) {
  await page.evaluate(() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
  });
  await page.set("#see .own textarea", "1 2 x");
  await page.click("#see .own button");
  await page.set("#see select", "gn");
  await lever(page, see.number.group, "4"); // it does not divide 6 channels
  await page.until(() => document.querySelector("#see .complaint")?.textContent);
}

/**
 * From a small phone to a large screen. At 200 % a screen has half of its pixels: 320 to 1280 stand for 640 to 2560.
 */
export const widths = [320, 360, 384, 480, 640, 768, 960, 1024, 1280, 1920, 2560];

/** What is wider than the page, by how much the page can be moved to the side. */
export const overflow = (page) =>
  page.evaluate(() => {
    const root = document.documentElement;
    const spare = root.scrollWidth - root.clientWidth;
    if (spare <= 0) return [];
    const wide = [...document.querySelectorAll("body *")].filter(
      (each) => each.getBoundingClientRect().right > root.clientWidth + 0.5,
    );
    return [spare, ...wide.slice(0, 5).map((each) => each.outerHTML.slice(0, 100))];
  });

/** What is pressed, and is less than 40 pixels high. */
export const small = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("button, select, summary, .bar a, input[type=range], .pill")]
      .filter((each) => each.getClientRects().length > 0)
      .filter((each) => each.getBoundingClientRect().height < 39.5)
      .map((each) => `${each.getBoundingClientRect().height}: ${each.outerHTML.slice(0, 90)}`),
  );

/** What moves by itself. */
export const moving = (page) =>
  page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("body *")]
      .filter((each) => {
        const { scrollBehavior, transitionDuration, animationName } = getComputedStyle(each);
        const isLong = transitionDuration.split(",").some((time) => Number.parseFloat(time) > 0);
        return scrollBehavior === "smooth" || isLong || animationName !== "none";
      })
      .map((each) => each.outerHTML.slice(0, 100)),
  );

export const tests = [
  ...["light", "dark"].map((colorScheme) => ({
    name: `access: axe finds nothing, ${colorScheme}`,
    browsers: ["chromium"],
    async run(page, env) {
      await page.emulate({ colorScheme });
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", path));
        deepEqual(await violations(page), []);
        await unfold(page, texts);
        deepEqual(await violations(page), []);
        await page.size(360, 800);
        await page.set("#see select", colorScheme === "light" ? "adalin" : "evonorm-b0"); // wide formulas
        deepEqual(await violations(page), [], "360 pixels");
        await page.size(1280, 800);
      }
    },
  })),
  {
    name: "access: axe finds nothing",
    browsers: ["firefox"],
    async run(page, env) {
      await page.open(env.at("plain"));
      deepEqual(await violations(page), []);
    },
  },
  {
    name: "access: no scrolling to the side from 320 to 2560 pixels, both languages, all open",
    browsers: ["chromium"],
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", path));
        await unfold(page, texts);
        for (const [samples, channels, positions] of [
          [4, 6, 4],
          [6, 8, 9],
        ]) {
          await lever(page, texts.see.samples, samples);
          await lever(page, texts.see.channels, channels);
          await lever(page, texts.see.positions, positions);
          for (const width of widths) {
            await page.size(width, 800);
            deepEqual(await overflow(page), [], `${path || "en"}, ${width} pixels`);
          }
        }
      }
    },
  },
  {
    name: "access: no scrolling to the side in a narrow and a wide window",
    browsers: ["firefox"],
    async run(page, env) {
      await page.open(env.at("plain", "zh/"));
      for (const width of [500, 800, 1600]) {
        await page.size(width, 800);
        deepEqual(await overflow(page), [], `${width} pixels`);
      }
    },
  },
  {
    name: "access: nothing moves by itself for those who want less motion",
    browsers: ["chromium"],
    async run(page, env) {
      await page.emulate({ reducedMotion: "reduce" });
      await page.open(env.at("plain"));
      deepEqual(await moving(page), []);
    },
  },
  {
    name: "access: with forced colours the lit numbers differ from the others, and the one from them",
    browsers: ["chromium"],
    async run(page, env) {
      await page.emulate({ forcedColors: "active" });
      await page.open(env.at("plain"));
      const looks = await page.evaluate(() => {
        const look = (element) => {
          const s = getComputedStyle(element);
          return [
            s.backgroundColor,
            s.outline,
            s.border,
            s.boxShadow,
            s.stroke,
            s.strokeWidth,
            s.fill,
          ].join("|");
        };
        const of = (root, child) =>
          [".at", ".lit:not(.at)", ":not(.lit):not(.ghost)"].map((kind) => {
            const found = document.querySelector(`${root} [data-i]${kind}`);
            return look(child ? found.querySelector(child) : found);
          });
        return [of("#see table.grid", ""), of("#see svg.cube", "path")];
      });
      for (const [at, lit, other] of looks) {
        notEqual(at, lit);
        notEqual(lit, other);
      }
    },
  },
  {
    name: "access: with forced colours a chosen button differs from the others",
    browsers: ["chromium"],
    async run(page, env) {
      await page.emulate({ forcedColors: "active" });
      for (const path of ["", "lab/", "tools/"]) {
        await page.open(env.at("plain", path));
        const [chosen, other] = await page.evaluate(() =>
          [":checked", ":not(:checked)"].map((kind) => {
            const button = document.querySelector(`.pill input${kind} + span`);
            return getComputedStyle(button).backgroundColor;
          }),
        );
        notEqual(chosen, other, path);
      }
    },
  },
  {
    name: "access: what is pressed is 40 pixels high, on a phone too",
    browsers: ["chromium"],
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", path));
        await unfold(page, texts);
        await page.size(360, 800);
        deepEqual(await small(page), []);
      }
    },
  },
  {
    name: "access: the Tab key reaches every control once, and each table once",
    async run(page, env) {
      await page.open(env.at("plain"));
      await page.evaluate(() => document.body.focus());
      const seen = [];
      for (let i = 0; i < 60; i++) {
        await page.press("Tab");
        const where = await page.evaluate(() => {
          const { activeElement: e } = document;
          const outlined = getComputedStyle(e).outlineStyle !== "none";
          const table = e.closest("#see table")?.ariaLabel;
          return [
            table ?? `${e.tagName} ${e.ariaLabel ?? e.textContent.slice(0, 20)} ${e.name ?? ""}`,
            outlined,
          ];
        });
        if (where[0].startsWith("BODY")) break;
        seen.push(where);
      }
      const names = seen.map(([name]) => name);
      for (const table of [env.en.see.input, env.en.see.output])
        equal(names.filter((name) => name === table).length, 1, table);
      ok(
        names.some((name) => name.startsWith("SELECT")),
        names.join("\n"),
      );
      const unseen = seen.filter(([name, outlined]) => !outlined && !name.startsWith("INPUT"));
      deepEqual(unseen, [], "a focus that cannot be seen");
    },
  },
];
