// The table of the section Break it: what is found in it, what a press does, and a phone.
import { deepEqual, equal, ok } from "node:assert/strict";
import { pill, shape, showsBreak } from "./broken.mjs";
import { showsSight } from "./figures.mjs";
import { columns, live, table } from "./pays.mjs";

/** Waits until as many rows are shown. */
const rows = (page, count) =>
  page.become(
    async () => (await table(page)).rows,
    (list) => list.length === count,
    5000,
  );

const filters = (page) =>
  page.evaluate(() => {
    const [, family] = document.querySelectorAll(".influence select");
    return [family, document.querySelector(".influence input")].map(({ id }) => `[id="${id}"]`);
  });

export const tests = [
  {
    name: "Break: the table is searched by kind and by words",
    async run(page, env) {
      for (const [path, { breakIt, methods }] of env.languages) {
        await page.open(env.at("plain", path));
        const all = (await table(page)).rows.map(([name]) => name);
        const [family, text] = await filters(page);
        const has = async (wanted) => {
          deepEqual(
            (await rows(page, wanted.length)).map(([name]) => name),
            wanted,
          );
          const { count, none } = await table(page);
          equal(count, breakIt.table.count(wanted.length, all.length));
          equal(none, wanted.length === 0 ? breakIt.table.none : null);
        };
        let sum = 0;
        for (const { name, methods: list } of env.methodDescriptions) {
          const wanted = list
            .map((each) => methods[each.name].title)
            .filter((t) => all.includes(t));
          if (wanted.length === 0) continue; // such a family is not in the list
          await page.set(family, name);
          await has(all.filter((title) => wanted.includes(title)));
          sum += wanted.length;
        }
        equal(sum, all.length);
        await page.set(family, "batch");
        await page.set(text, "  BN frozen");
        await has([methods["frozen-bn"].title]);
        await page.set(text, "gn");
        await has([]);
        await page.set(family, "");
        await has([methods.gn.title]);
        await page.set(text, "");
        await has(all);
      }
    },
  },
  {
    name: "Break: a method that is pressed in the table is shown in the figure and in See",
    async run(page, env) {
      const texts = env.zh;
      await page.open(env.at("plain", "zh/"));
      await live(page);
      await pill(page, "#break", "scale");
      for (const norm of ["lrn", "in-affine", "none"]) {
        const { title } = texts.methods[norm];
        const index = (await table(page)).rows.findIndex(([name]) => name === title) + 1;
        await page.click(`.influence tbody tr:nth-child(${index}) button`);
        await showsBreak(page, env, { norm, disturbance: "scale" }, texts);
        deepEqual((await table(page)).pressed, [title]);
        await showsSight(page, env, env.sight({ norm, shape }), env.defaults.at, texts);
        const values = await page.evaluate(() =>
          ["#see select", "#break select"].map((each) => document.querySelector(each).value),
        );
        deepEqual(values, [norm, norm]);
        const isSeen = () => {
          const { top, bottom } = document.querySelector(".breakage").getBoundingClientRect();
          return bottom > 0 && top < innerHeight;
        };
        ok(await page.until(isSeen), "the figure is out of sight");
      }
    },
  },
  {
    name: "Break: on a phone the table has one thing that goes wrong, which a select chooses",
    async run(page, env) {
      await page.size(page.browser === "chromium" ? 360 : 500, 800);
      await page.open(env.at("plain"));
      const seen = () =>
        page.evaluate(() => {
          const isSeen = (each) => each.getClientRects().length > 0;
          const root = document.querySelector(".influence table");
          const rows = [...root.querySelectorAll("tbody tr")];
          const cells = rows.map(({ children }) => [...children].slice(1).filter(isSeen));
          const texts = cells.map((list) => list.map(({ textContent }) => textContent));
          const { scrollWidth, clientWidth } = document.documentElement;
          return { texts, wide: scrollWidth > clientWidth };
        });
      const choice = "#break .influence .view select";
      ok(await page.evaluate((each) => document.querySelector(each).checkVisibility(), choice));
      const all = (await table(page)).rows;
      const shows = async (name) => {
        const places = columns.flatMap(([each], i) => (each === name ? [i + 1] : []));
        if (name === "invariance") places.push(columns.length + 1, columns.length + 2);
        const right = all.map((row) => places.map((i) => row[i]));
        const text = JSON.stringify(right);
        const { texts, wide } = await page.become(
          seen,
          ({ texts }) => JSON.stringify(texts) === text,
          5000,
        );
        deepEqual(texts, right, name);
        equal(wide, false, `${name} is wider than the page`);
      };
      await shows("outlier");
      await pill(page, "#break", "alone"); // until one is chosen, it is that of the figure
      await shows("alone");
      for (const name of ["outlier", "constant", "shift", "scale", "padding", "invariance"]) {
        await page.set(choice, name);
        await shows(name);
      }
      await pill(page, "#break", "shift");
      await shows("invariance");
    },
  },
  {
    name: "Break: where nothing can be computed the table stays as it was built",
    async run(page, env) {
      const { breakIt, common } = env.zh;
      await page.open(env.at("no-simd", "zh/"));
      const before = await table(page);
      await page.evaluate(() => document.querySelector(".influence").scrollIntoView());
      const notice = () => document.querySelector("main > .notice[role=alert]")?.textContent;
      equal(await page.until(notice), common.noEngine.old);
      await new Promise((resolve) => setTimeout(resolve, 300));
      deepEqual(await table(page), before);
      equal(before.when, breakIt.table.built);
    },
  },
];
