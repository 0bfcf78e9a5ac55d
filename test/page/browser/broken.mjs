// What the section Break it shows: as the page has it, and as it is computed and counted here.
import { deepEqual } from "node:assert/strict";

export const shape = [4, 6, 1, 4];
const [SAMPLES, CHANNELS, , POSITIONS] = shape;
const SIZE = CHANNELS * POSITIONS;
/** The number that is dragged: channel 2 of sample 0. */
const HIT = 8;

/** The indices in the order in which a table has them: blocks of two by two. */
const order = [];
for (let n = 0; n < SAMPLES; n++)
  for (const row of [0, 1])
    for (let c = 0; c < CHANNELS; c++)
      for (const column of [0, 1]) order.push(SIZE * n + POSITIONS * c + 2 * row + column);

/** What each disturbance makes of a number of sample 0, and which of them it is about. */
const deeds = {
  outlier: [(i) => i === HIT, (_, outlier) => outlier],
  alone: [() => false],
  constant: [(i) => i >= 8 && i < 12, () => 1],
  shift: [() => true, (x) => x + 100],
  scale: [() => true, (x) => x * 10],
  padding: [(i) => i % POSITIONS >= 2, () => 0],
};
export const disturbances = Object.keys(deeds);

/** What must be shown. */
export function expectedBreak(env, { norm, disturbance, outlier = 30 }, texts) {
  const { breakIt, methods } = texts;
  const { inCell, exact } = env;
  const seen = [...env.sight({ norm: "bn", shape }).input];
  const [isTouched, deed] = deeds[disturbance];
  const kept = disturbance === "alone" ? seen.slice(0, SIZE) : seen;
  const values = kept.map((x, i) => (i < SIZE && isTouched(i) ? Math.fround(deed(x, outlier)) : x));
  const before = env.sight({ norm, shape, values: seen }).output;
  const left = [values.length / SIZE, ...shape.slice(1)];
  const after = env.sight({ norm, shape: left, values, seen }).output;
  const isWhole = disturbance === "shift" || disturbance === "scale";
  const count = { hit: 0, own: 0, others: 0, stays: 0, gone: 0 };
  let [others, most] = [0, 0];
  const fates = seen.map((_, i) => {
    if (i >= after.length) return "gone";
    if (i < SIZE && isTouched(i) && !isWhole) return "hit";
    if (i >= SIZE) others++;
    const move = Math.abs(after[i] - before[i]);
    if (move <= 1e-3) return "stays";
    most = Math.max(most, move);
    return i < SIZE ? "own" : "others";
  });
  for (const fate of fates) count[fate]++;
  const { own, others: far } = count;
  const of = after.length - count.hit;
  const subject = breakIt.subject[disturbance];
  const say = isWhole ? breakIt.verdictAll : breakIt.verdict;
  const text = (list) => order.map((i) => (i < list.length ? inCell(list[i]) : "–"));
  return {
    verdict:
      others === 0 ? breakIt.verdictAlone(subject, own, of) : say(subject, own + far, of, own, far),
    captions: [breakIt.input, breakIt.outputOf(methods[norm].title)],
    input: text(values),
    output: text(after),
    full: order.map((i) => (i < after.length ? `${exact(before[i])} → ${exact(after[i])}` : "")),
    fates: order.map((i) => fates[i]),
    hit: order.map((i) => i < SIZE && isTouched(i)),
    legend: [
      breakIt.legend.hit,
      `${breakIt.legend.own}: ${own}`,
      `${breakIt.legend.others}: ${far}`,
      breakIt.legend.stays,
      breakIt.deeper(exact(most)),
    ],
    complaint: null,
  };
}

export const shownBreak = (page) =>
  page.evaluate(() => {
    const root = document.querySelector("#break");
    const tables = [...root.querySelectorAll("table.fates")];
    const [input, output] = tables.map((table) => [...table.querySelectorAll("td")]);
    const texts = (list) => [...list].map(({ textContent }) => textContent.trim());
    return {
      verdict: root.querySelector(".verdict").textContent,
      captions: tables.map(({ caption }) => caption.textContent),
      input: texts(input),
      output: texts(output),
      full: output.map(({ title }) => title),
      fates: output.map(({ classList }) => classList[0]),
      hit: input.map(({ classList }) => classList[0] === "hit"),
      legend: texts(root.querySelectorAll(".legend li")),
      complaint: root.querySelector(".complaint")?.textContent ?? null,
    };
  });

/** Waits for the page to show what the library computes. Says what differs where it does not come. */
export async function showsBreak(page, env, of, texts = env.en) {
  const right = expectedBreak(env, of, texts);
  const text = JSON.stringify(right);
  const last = await page.become(
    () => shownBreak(page),
    (now) => JSON.stringify(now) === text,
    8_000,
  );
  deepEqual(last, right, JSON.stringify(of));
}

const METHOD = "#break select";
export const setMethod = (page, norm) => page.set(METHOD, norm);

/** Presses a button of a choice. */
export const pill = (page, section, value) =>
  page.evaluate(
    (section, value) => document.querySelector(`${section} input[value="${value}"]`).click(),
    section,
    value,
  );
