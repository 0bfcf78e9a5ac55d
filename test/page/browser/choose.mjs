// The section Choose: every way to an advice, what is wrong on the way, and the link.
import { deepEqual, equal, ok } from "node:assert/strict";
import { tests as adviceTests } from "./advice.mjs";
import * as c from "./chosen.mjs";

const hash = (page) => page.evaluate(() => location.hash);
const linkTo = (env, answers) =>
  env.writeHash({ ...env.defaults, answers: c.inLink(answers) }, "choose");

export const tests = [
  {
    name: "Choose: each way through the tree ends in its advice, and back again",
    async run(page, env) {
      for (const [turn, [path, texts]] of env.languages.entries()) {
        await page.open(env.at("plain", path));
        for (const [i, end] of env.everyAdvice().entries()) {
          const answers = c.answersOf(end.path, i + turn);
          for (const answer of answers) await c.give(page, texts, answer);
          const key = env.adviceKey(end.path);
          await c.showsChoice(page, c.expectedChoice(env, end, answers, texts), key);
          if (i % 3 !== 0) {
            await c.leave(page, "restart");
            continue;
          }
          for (let left = end.path.length - 1; left >= 0; left--) {
            await c.leave(page, "back");
            const asks = end.path.slice(0, left + 1).map((s) => texts.tree.asks[s.question.answer]);
            const now = await page.become(
              () => c.shownChoice(page),
              ({ way }) => way.length === left,
            );
            deepEqual(now.asks, asks, `${key}, ${left} left`);
            equal(now.card, null);
            deepEqual(now.off, new Array(2).fill(left === 0));
            const isLast = () => {
              const last = [...document.querySelectorAll("#choose fieldset")].at(-1);
              return last.contains(document.activeElement);
            };
            ok(await page.until(isLast), "the focus is not at the last question");
          }
        }
      }
    },
  },
  {
    name: "Choose: a wrong number has a sentence, and leads nowhere",
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", `${path}#choose&v=1&answers=task.vision`));
        await c.markField(page, texts, "batch");
        const field = () =>
          page.evaluate((field) => {
            const { value, ariaInvalid } = document.querySelector(field);
            return [value, ariaInvalid];
          }, c.FIELD);
        const has = async (complaint, way, value) => {
          const now = await page.become(
            () => c.shownChoice(page),
            (now) => now.complaint === complaint && now.way.length === way,
            5000,
          );
          deepEqual([now.complaint, now.way.length], [complaint, way], value);
          deepEqual(await field(), [value, String(complaint !== null)]);
        };
        const { wrong } = texts.choose;
        for (const value of ["0", "-3", "1.5", "1000001"]) {
          await page.set(c.FIELD, value);
          await has(wrong, 1, value);
        }
        await page.set(c.FIELD, "");
        await has(null, 1, "");
        await page.evaluate((field) => document.querySelector(field).focus(), c.FIELD);
        for (const key of ["1", "6"]) await page.press(key);
        await has(null, 2, "16");
        await page.press("-"); // what is no number at all
        await has(wrong, 2, "");
        for (let i = 0; i < 3; i++) await page.press("Backspace");
        await has(null, 2, ""); // the field can be emptied
        await page.press("Tab");
        await has(null, 2, "1"); // left empty, it has the number that stood in it last
        await page.set(c.FIELD, "");
        await page.evaluate((field) => document.querySelector(field).focus(), c.FIELD);
        await page.press("8");
        await has(null, 2, "8");
        await page.set(c.FIELD, "0");
        await has(wrong, 2, "0");
        await c.leave(page, "back");
        await has(null, 1, "");
      }
    },
  },
  {
    name: "Choose: answers go into the link, and a new page shows the same",
    async run(page, env) {
      const ends = env.everyAdvice();
      for (const [i, end] of [ends[1], ends[2], ends[11]].entries()) {
        const [path, texts] = env.languages[i % 2];
        await page.open(env.at("plain", `${path}#choose`));
        const answers = c.answersOf(end.path, i);
        for (const answer of answers) await c.give(page, texts, answer);
        const right = c.expectedChoice(env, end, answers, texts);
        await c.showsChoice(page, right);
        const link = linkTo(env, answers);
        equal(
          await page.become(
            () => hash(page),
            (now) => now === link,
            5000,
          ),
          link,
        );
        await page.open(env.at("deep", `${path}${link}`));
        await c.showsChoice(page, right);
        await page.click("a.language");
        await page.until(
          (lang) =>
            document.querySelector("[data-alive]") && document.documentElement.lang === lang,
          path ? "en" : "zh-Hans",
        );
        const other = c.expectedChoice(env, end, answers, path ? env.en : env.zh);
        await c.showsChoice(page, other);
      }
    },
  },
  ...adviceTests,
];
