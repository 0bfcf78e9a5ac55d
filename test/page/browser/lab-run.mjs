// What tests of the laboratory do again and again.
import { ok } from "node:assert/strict";

/** Keeps the page's workers that were not ended in `window.alive`. */
const WATCH = `
  window.alive = new Set();
  window.Worker = class extends Worker {
    constructor(...all) { super(...all); alive.add(this); }
    terminate() { alive.delete(this); super.terminate(); }
  };`;

export async function watch(page) {
  await page.tools("Page.enable");
  await page.tools("Page.addScriptToEvaluateOnNewDocument", { source: WATCH });
}

/** The number of workers: one is the page's own. */
export const alive = (page) => page.evaluate(() => window.alive.size);

/** Presses the button of this name in a section, once it is there. */
export async function press(page, section, name) {
  const pressed = () =>
    page.evaluate(
      (section, name) => {
        const all = [...document.querySelectorAll(`#${section} button`)];
        const found = all.find((each) => each.textContent === name && !each.disabled);
        found?.click();
        return Boolean(found);
      },
      section,
      name,
    );
  ok(await page.become(pressed, Boolean), `${section}: no button ${name}`);
}

/** The sentences below the figures of a section. */
export const hints = (page, section) =>
  page.evaluate(
    (section) =>
      [...document.querySelectorAll(`#${section} .charts .hint`)].map((each) => each.textContent),
    section,
  );

/** Waits until a sentence below the figures is right, and fails with what it is. */
export async function says(page, section, isRight, patience = 60_000) {
  const right = typeof isRight === "string" ? (text) => text === isRight : isRight;
  const all = await page.become(
    () => hints(page, section),
    (all) => all.some(right),
    patience,
  );
  ok(all.some(right), `${section}: ${typeof isRight === "string" ? `${isRight} ≠ ` : ""}${all}`);
  return all.find(right);
}

/** Moves the slider of this name to a value. */
export const slide = (page, section, label, value) =>
  page.evaluate(
    (section, label, value) => {
      const all = [...document.querySelectorAll(`#${section} .slider`)];
      const field = all.find((each) =>
        each.querySelector("label").textContent.startsWith(`${label} `),
      );
      const input = field.querySelector("input");
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
    section,
    label,
    value,
  );
