// The figure of the section Break it. Its table has a file of its own.
import { equal, ok } from "node:assert/strict";
import { disturbances, pill, setMethod, showsBreak } from "./broken.mjs";
import { tests as tableTests } from "./pays.mjs";
import { tests as findTests } from "./pays-find.mjs";

const SLIDER = "#break .lever input[type=range]";
const DRAG = "#break .drag";
const complaint = (page) => page.text("#break .complaint");

/** What all levers say of the outlier: the slider, its number, and the number in the input. */
const levers = (page) =>
  page.evaluate(
    (slider, drag) => {
      const [range, number] = [slider, drag].map((each) => document.querySelector(each));
      const { textContent } = range.closest(".field").querySelector("output");
      return [range.value, textContent, number.ariaValueNow, document.activeElement === number];
    },
    SLIDER,
    DRAG,
  );

/** Waits for the levers and the figure to have an outlier. */
async function hasOutlier(page, env, outlier, isFocused) {
  await showsBreak(page, env, { norm: "bn", disturbance: "outlier", outlier });
  const [range, text, now, focused] = await levers(page);
  equal([range, text, now].join(), new Array(3).fill(outlier).join());
  if (isFocused) ok(focused, `${outlier}: the focus is elsewhere`);
}

export const tests = [
  {
    name: "Break: methods and all that goes wrong show what the library computes, and count right",
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", path));
        const norms = path
          ? ["bn", "renorm", "gn", "iternorm", "lrn", "none"]
          : ["bn", "frozen-bn", "ln", "in", "ghost", "evonorm-b0"];
        for (const norm of norms) {
          await setMethod(page, norm);
          for (const disturbance of disturbances) {
            await pill(page, "#break", disturbance);
            await showsBreak(page, env, { norm, disturbance }, texts);
            const said = await page.text("#break .lever p");
            equal(said, disturbance === "outlier" ? null : texts.breakIt.done[disturbance]);
          }
        }
      }
    },
  },
  {
    name: "Break: the outlier follows the slider, the keys and the pointer",
    async run(page, env) {
      await page.open(env.at("plain"));
      await page.set(SLIDER, "63");
      await hasOutlier(page, env, 63);
      await page.evaluate((drag) => document.querySelector(drag).focus(), DRAG);
      let outlier = 63;
      for (const [key, to] of [
        ["ArrowUp", 64],
        ["ArrowLeft", 63],
        ["PageDown", 53],
        ["End", 100],
        ["ArrowRight", 100],
        ["PageUp", 100],
        ["ArrowDown", 99],
        ["Home", 0],
        ["ArrowDown", 0],
        ["PageUp", 10],
      ]) {
        await page.press(key);
        outlier = to;
        await hasOutlier(page, env, outlier, true);
      }
      await page.drag(
        DRAG,
        [0, -7, -40].map((y) => [0, y]),
      );
      await hasOutlier(page, env, 30);
      await page.drag(
        DRAG,
        [-3, -400, 12].map((y) => [5, y]),
      );
      await hasOutlier(page, env, 24);
      await page.point(DRAG); // without a press nothing is dragged
      await page.point("#break td");
      await hasOutlier(page, env, 24);
      const seen = await page.become(
        () => page.evaluate(() => location.hash),
        (hash) => hash.endsWith("outlier=24"),
      );
      equal(seen, "#see&v=1&outlier=24");
      await pill(page, "#break", "constant");
      await showsBreak(page, env, { norm: "bn", disturbance: "constant" });
      await pill(page, "#break", "outlier");
      await hasOutlier(page, env, 24);
    },
  },
  {
    name: "Break: one step of dragging changes the outputs that move, and nothing else",
    async run(page, env) {
      await page.open(env.at("plain"));
      await hasOutlier(page, env, 30);
      await page.evaluate(() => {
        window.found = [];
        new MutationObserver((records) => window.found.push(...records)).observe(document.body, {
          ...{ attributes: true, childList: true, characterData: true, subtree: true },
          ...{ attributeOldValue: true, characterDataOldValue: true },
        });
      });
      await page.set(SLIDER, "31");
      await hasOutlier(page, env, 31);
      const { written, changes, strange } = await page.evaluate(() => {
        const now = ({ type, target, attributeName }) =>
          type === "characterData" ? target.data : target.getAttribute(attributeName);
        const isReal = (record) => record.type === "childList" || record.oldValue !== now(record);
        const real = window.found.filter(isReal);
        const isRight = ({ type, target }) => {
          const element = target.nodeType === 1 ? target : target.parentElement;
          const place = "#break .fates td, #break .lever, #break .legend li:last-child";
          return type !== "childList" && element.closest(place) !== null;
        };
        return {
          written: window.found.length,
          changes: real.length,
          strange: real
            .filter((record) => !isRight(record))
            .map(({ type, target }) => `${type}: ${target.outerHTML ?? target.data}`.slice(0, 90)),
        };
      });
      equal(strange.join("\n"), "");
      ok(changes >= 16 && changes <= 80, `${changes} changes`);
      ok(written <= 400, `${written} times something was written`);
    },
  },
  {
    name: "Break: what is refused has its sentence, and the figure stays and comes back",
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", path));
        const { refused } = texts.common;
        for (const [norm, sentence] of [
          ["gn:4", refused.divides("gn:4", "6")],
          ["bn:2", refused.noNumber("bn:2")],
          ["foo", refused.unknownNorm("foo")],
          ["adain", refused.unknownNorm("adain")],
        ]) {
          await page.evaluate((hash) => {
            location.hash = hash;
          }, `#break&v=1&norm=${norm}`);
          equal(await page.become(() => complaint(page), Boolean), sentence);
          equal(
            await page.text("#break .fates caption"),
            texts.breakIt.input,
            "the figure is not there",
          );
          await setMethod(page, "ln");
          await showsBreak(page, env, { norm: "ln", disturbance: "outlier" }, texts);
        }
      }
    },
  },
  {
    name: "Break: a sentence that refuses is in the language that is chosen",
    async run(page, env) {
      await page.open(`${env.file}#break&v=1&norm=gn:4`);
      for (const texts of [env.en, env.zh, env.en]) {
        const right = texts.common.refused.divides("gn:4", "6");
        const read = () => complaint(page);
        equal(await page.become(read, (text) => text === right, 3000), right);
        await page.click("a.language");
      }
    },
  },
  ...tableTests,
  ...findTests,
];
