// What the section Choose shows, and how a visitor answers in it.
import { equal } from "node:assert/strict";
import { pill } from "./broken.mjs";

/** Answers to give along each path, by its key: those at thresholds, as buttons and typed. */
export function answersOf(path, turn) {
  const { branch: last } = path.at(-1);
  return path.map(({ question: { answer }, branch }, i) => {
    if (branch.least === undefined) return { answer, value: branch.value };
    const isLast = i === path.length - 1;
    if (answer === "deviceCount")
      return branch.least > 0 ? any(turn, answer, [4, "4", "1000"]) : any(turn, answer, [2, "3"]);
    if (!isLast && branch.least === 0)
      return any(turn, answer, last.least > 0 ? [4, "5", "15"] : [4, "5"]);
    return branch.least > 0
      ? any(turn, answer, [16, "17", 64, "16"])
      : any(turn, answer, [4, "15", 1]);
  });
}

/** A number is a button, and a text is typed. */
function any(turn, answer, list) {
  const one = list[turn % list.length];
  return { answer, value: String(one), isTyped: typeof one === "string" };
}

/** The place of a question of numbers, by its label. */
const fieldOf = (texts, answer) => texts.choose.number[answer];

/** The field of a question of numbers, marked so that a selector finds it. */
export const markField = (page, texts, answer) =>
  page.until(
    (label) => {
      const labels = [...document.querySelectorAll("#choose .number .field label")];
      const found = labels.find(({ textContent }) => textContent === label);
      for (const each of document.querySelectorAll("#choose .number input"))
        each.removeAttribute("data-field");
      if (found) document.getElementById(found.htmlFor).setAttribute("data-field", "");
      return found !== undefined;
    },
    fieldOf(texts, answer),
  );
export const FIELD = "#choose input[data-field]";

/** Presses the button of an answer, or types it. */
export async function give(page, texts, { answer, value, isTyped }) {
  const ask = texts.tree.asks[answer];
  await page.until(
    (ask) =>
      [...document.querySelectorAll("#choose legend")].some(
        ({ textContent }) => textContent === ask,
      ),
    ask,
  );
  if (!isTyped) return pill(page, `#choose .questions > :last-child`, value);
  await markField(page, texts, answer);
  return page.set(FIELD, value);
}

export const shownChoice = (page) =>
  page.evaluate(() => {
    const root = document.querySelector("#choose");
    const text = (each) => each?.textContent.trim() ?? null;
    const texts = (selector) => [...root.querySelectorAll(selector)].map(text);
    const card = root.querySelector(".advice");
    return {
      asks: texts(".questions legend"),
      given: [...root.querySelectorAll(".questions input:checked")].map(({ value }) => value),
      typed: [...root.querySelectorAll(".number input[type=number]")].map(({ value }) => value),
      thresholds: texts(".thresholds .taken"),
      together: text(root.querySelector(".number .hint")),
      complaint: text(root.querySelector(".complaint")),
      card: card && [
        text(card.querySelector("h3")),
        ...[...card.querySelectorAll(":scope > p")].map(text),
        text(card.querySelector("code")),
      ],
      way: [...root.querySelectorAll(".tree details.taken")].map(
        (each) => each.open && text(each.querySelector("summary")),
      ),
      off: [...root.querySelectorAll(":scope > .buttons button")].map(({ disabled }) => disabled),
    };
  });

/** What must be shown after these answers. */
export function expectedChoice(env, { path, advice }, answers, texts) {
  const { choose, tree } = texts;
  const end = tree.advice[env.adviceKey(path)];
  const labels = path.map(({ question, branch }) => tree.labels[env.labelKey(question, branch)]);
  const isNumber = ({ branch }) => branch.least !== undefined;
  const numbers = answers.filter((_, i) => isNumber(path[i])).map(({ value }) => value);
  const hasPreset = ({ answer, value }) =>
    ({ batch: "1 4 16 64", deviceCount: "1 2 4 8" })[answer]?.split(" ").includes(value) ?? true;
  const [batch, devices] = numbers;
  return {
    asks: path.map(({ question }) => tree.asks[question.answer]),
    given: answers.filter(hasPreset).map(({ value }) => value),
    typed: numbers,
    thresholds: labels.filter((_, i) => isNumber(path[i])).map((label) => `✓ ${label}`),
    together: devices === undefined ? null : choose.together(Number(batch), Number(devices)),
    complaint: null,
    card: [`${choose.advice} ${end.norm}`, end.reason, choose.but + end.caveat, advice.code],
    way: labels.map((label, i) => `✓ ${label}${i === path.length - 1 ? ` → ${end.norm}` : ""}`),
    off: [false, false],
  };
}

/** Waits until this is shown. Says what differs where it does not come. */
export async function showsChoice(page, right, say) {
  const text = JSON.stringify(right, null, 1);
  const last = await page.become(
    () => shownChoice(page),
    (now) => JSON.stringify(now, null, 1) === text,
    5000,
  );
  equal(JSON.stringify(last, null, 1), text, say);
}

/** Presses one of the two buttons: Back, Start over. */
export const leave = (page, which) =>
  page.evaluate((which) => {
    const [back, restart] = document.querySelectorAll("#choose > .buttons button");
    ({ back, restart })[which].click();
  }, which);

/** The texts of answers as they stand in a link. */
export const inLink = (answers) => Object.fromEntries(answers.map((a) => [a.answer, a.value]));
