// What the section See shows, read from the page and as the library computes it.
import { equal, ok } from "node:assert/strict";

/** The numbers in both tables in full, the lit ones there and in the block, and what is said. */
export const shown = (page) =>
  page.evaluate(() => {
    const of = (root) => [...root.querySelectorAll("[data-i]")];
    const indices = (list) =>
      list.map((cell) => Number(cell.getAttribute("data-i"))).sort((a, b) => a - b);
    const lit = (root) => indices(of(root).filter((cell) => cell.classList.contains("lit")));
    const at = (root) => indices(of(root).filter((cell) => cell.classList.contains("at")));
    const [input, output] = document.querySelectorAll("#see table.grid");
    const cube = document.querySelector("#see svg.cube");
    const numbers = (table) =>
      Object.fromEntries(of(table).map((cell) => [cell.dataset.i, cell.textContent]));
    const labels = Object.fromEntries(of(output).map((cell) => [cell.dataset.i, cell.ariaLabel]));
    return {
      numbers: [numbers(input), numbers(output)],
      labels,
      drawn: of(cube).length,
      ghosts: indices(of(cube).filter((cell) => cell.classList.contains("ghost"))),
      lit: [lit(input), lit(output), lit(cube)],
      at: [at(input), at(output), at(cube)],
      stops: [input, output].map((table) =>
        indices([...table.querySelectorAll("td[tabindex='0']")]),
      ),
      arithmetic: document.querySelector("#see .arithmetic .big").textContent,
      complaint: document.querySelector("#see .complaint")?.textContent ?? null,
    };
  });

const byIndex = (values) => Object.fromEntries(Array.from(values, (value, i) => [i, value]));

/** Whether the arithmetic begins with its input in full, and ends with its output. */
const computes = ({ plain, exact }, sight, at, text) => {
  const [x, y] = [sight.input[at], sight.output[at]];
  return [plain, exact].some((form) => text.includes(form(x)) && text.includes(form(y)));
};

/** The same from the library, for the number at `at`. */
export function expected({ inCell, litBy, en }, sight, at, texts = en) {
  const { shape, input, output } = sight;
  const [, c, h, w] = shape;
  const numbers = [input, output].map((values) => byIndex(Array.from(values, inCell)));
  const label = (i) => {
    const [n, channel] = [Math.floor(i / (c * h * w)), Math.floor(i / (h * w)) % c];
    return texts.see.element(n, channel, i % (h * w), inCell(input[i]), inCell(output[i]));
  };
  const index = Math.min(at, input.length - 1);
  const lit = [...litBy(sight, index).members].sort((a, b) => a - b);
  const sampleOf = (i) => Math.floor(i / (c * h * w));
  const deepest = sampleOf(lit.at(-1));
  return {
    numbers,
    labels: byIndex(Array.from(input, (_, i) => label(i))),
    drawn: input.length,
    // what would hide a lit one behind it
    ghosts: Array.from(input, (_, i) => i).filter((i) => !lit.includes(i) && sampleOf(i) < deepest),
    lit: [lit, lit, lit],
    at: [[index], [index], [index]],
    stops: [[index], [index]],
    complaint: null,
  };
}

/** Where two plain values differ, as short sentences. */
function differences(is, should, path = "") {
  if (JSON.stringify(is) === JSON.stringify(should)) return [];
  const isPlain = [is, should].every((value) => value !== null && typeof value === "object");
  if (!isPlain) return [`${path} is ${JSON.stringify(is)} and not ${JSON.stringify(should)}`];
  const keys = [...new Set([...Object.keys(is), ...Object.keys(should)])];
  return keys.flatMap((key) => differences(is[key], should[key], `${path}.${key}`));
}

/** Waits for the page to show what the library computes. Says what differs where it does not come. */
export async function showsSight(page, env, sight, at, texts) {
  const right = expected(env, sight, at, texts);
  const text = JSON.stringify(right);
  const { arithmetic, ...last } = await page.become(
    () => shown(page),
    ({ arithmetic: _, ...now }) => JSON.stringify(now) === text,
    8_000,
  );
  const wrong = differences(last, right);
  equal(wrong.length, 0, `${wrong.length} differ: ${wrong.slice(0, 5).join("; ")}`);
  const [index] = right.at[0];
  ok(computes(env, sight, index, arithmetic), `at ${index}: ${arithmetic}`);
}

/** Gives the lever with a label a value. */
export async function lever(page, label, value) {
  const id = await page.evaluate((label) => {
    const labels = [...document.querySelectorAll("#see .field label")];
    return labels.find((each) => each.firstChild.textContent.trim().startsWith(label)).htmlFor;
  }, label);
  return page.set(`[id="${id}"]`, value);
}
