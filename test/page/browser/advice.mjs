// The section Choose: where an advice leads, and the whole tree without a script.
import { deepEqual, equal, ok } from "node:assert/strict";
import { shape, showsBreak } from "./broken.mjs";
import { answersOf, inLink } from "./chosen.mjs";
import { showsSight } from "./figures.mjs";

const hash = (page) => page.evaluate(() => location.hash);
const open = (page, hash) =>
  page.evaluate((hash) => {
    location.hash = hash;
  }, hash);

const tablesOf = { compare: "train", layers: "see", influence: "break" };
const labOf = {
  ...{ "running-stats": "statistics", gradients: "depth", padding: "padding" },
  ...{ transformer: "place", style: "style" },
};
/** The experiments under an advice, as links. */
const links = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("#choose .shown li")].map((each) => [
      each.querySelector("a").getAttribute("href"),
      each.textContent.trim(),
    ]),
  );

export const tests = [
  {
    name: "Choose: what shows an advice is a link that sets its method, or leads to the laboratory",
    async run(page, env) {
      const texts = env.zh;
      await page.open(env.at("plain", "zh/"));
      await page.evaluate(() => {
        document.documentElement.style.scrollBehavior = "auto"; // so that nothing waits for it
      });
      const done = new Set();
      const norms = new Set((await env.influence()).map(({ norm }) => norm));
      for (const [i, { path, advice }] of env.everyAdvice().entries()) {
        const method = env.methodOf(advice);
        const breaks = norms.has(method);
        const usual = { ...env.defaults, norms: "ln", norm: "none", method: "none" };
        const answers = inLink(answersOf(path, i));
        const start = env.writeHash({ ...usual, answers }, "choose");
        await open(page, start);
        const end = texts.tree.advice[env.adviceKey(path)];
        await page.until(
          (norm) => document.querySelector("#choose .advice h3")?.textContent.includes(norm),
          end.norm,
        );
        const wanted = [...advice.shownBy, "layers", ...(breaks ? ["influence"] : [])];
        const experiments = [...new Set(wanted)];
        deepEqual(
          await links(page),
          experiments.map((name) => [
            `#${tablesOf[name] ?? labOf[name]}`,
            texts.choose.shownBy[name],
          ]),
        );
        for (const name of experiments.filter((name) => tablesOf[name])) {
          const section = tablesOf[name];
          if (done.has(method + section)) continue;
          done.add(method + section);
          await open(page, start);
          const link = `#choose .shown a[href="#${section}"]`;
          await page.until(
            (link) =>
              document.querySelector("#see select").value === "none" &&
              document.querySelector(link) !== null,
            link,
          );
          await page.evaluate((link) => document.querySelector(link).click(), link);
          const set = { ...usual, answers, method, norm: breaks ? method : "none" };
          const right = env.writeHash(
            name === "compare"
              ? {
                  ...set,
                  ...env.raceOf(
                    advice,
                    answers.batch && Number(answers.batch),
                    breaks ? method : null,
                    usual,
                  ),
                }
              : set,
            section,
          );
          const now = await page.become(
            () => hash(page),
            (now) => now === right,
            5000,
          );
          equal(now, right);
          const isThere = (section) => {
            const { top } = document.querySelector(`#${section} h2`).getBoundingClientRect();
            return top >= 0 && top < innerHeight;
          };
          ok(await page.until(isThere, section), `${section} is out of sight`);
          if (i % 3 > 0) continue;
          if (section === "see")
            await showsSight(page, env, env.sight({ norm: method, shape }), 8, texts);
          if (section === "break")
            await showsBreak(page, env, { norm: method, disturbance: "outlier" }, texts);
        }
      }
    },
  },
  {
    name: "Choose: without JavaScript the whole tree is there, to unfold",
    browsers: ["chromium"],
    context: { javaScriptEnabled: false },
    async run(page, env) {
      for (const [path, { tree }] of env.languages) {
        await page.open(env.at("plain", path), { script: false });
        const ends = await page.evaluate(() =>
          [...document.querySelectorAll("#choose .tree .end")].map((end) => {
            const above = [];
            for (
              let each = end.closest("details");
              each;
              each = each.parentElement.closest("details")
            )
              above.unshift(each.querySelector("summary").textContent);
            return [above, end.textContent, end.checkVisibility()];
          }),
        );
        const every = env.everyAdvice();
        equal(ends.length, every.length);
        for (const [i, { path }] of every.entries()) {
          const { norm, reason, caveat } = tree.advice[env.adviceKey(path)];
          const labels = path.map((s) => tree.labels[env.labelKey(s.question, s.branch)]);
          labels.push(`${labels.pop()} → ${norm}`);
          const [above, text, isSeen] = ends[i];
          deepEqual(above, labels);
          ok(text.startsWith(reason) && text.endsWith(caveat), text);
          equal(isSeen, false);
        }
        const last = "#choose .tree > ul > li:last-child details";
        await page.click(`${last} summary`);
        const opened = (end) => document.querySelector(end).checkVisibility();
        equal(await page.evaluate(opened, `${last} .end`), true);
      }
    },
  },
];
