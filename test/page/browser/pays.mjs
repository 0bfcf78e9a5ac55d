// The table of the section Break it: all methods, everything that goes wrong, and who pays.
import { deepEqual, equal } from "node:assert/strict";
import { disturbances } from "./broken.mjs";

const payers = (name) => (name === "alone" ? ["own"] : ["own", "others"]);
export const columns = disturbances.flatMap((name) => payers(name).map((payer) => [name, payer]));

/** The rows as they are shown, what is sorted by, and the words around them. */
export const table = (page) =>
  page.evaluate(() => {
    const root = document.querySelector("#break .influence");
    const text = ({ textContent }) => textContent.trim();
    return {
      rows: [...root.querySelectorAll("tbody tr")].map((row) => [...row.children].map(text)),
      pressed: [...root.querySelectorAll("tbody [aria-pressed=true]")].map(text),
      sorted: [...root.querySelectorAll("th[aria-sort]:not([aria-sort=none])")].map((head) => [
        head.querySelector("button").ariaLabel,
        head.ariaSort,
      ]),
      heads: root.querySelectorAll("th[aria-sort]").length,
      when: root.querySelector(".when").textContent,
      count: text(root.querySelector("output")),
      none: root.querySelector("table + p")?.textContent ?? null,
    };
  });

/** A row of the library as the table must show it. */
function rowOf({ norm, influences, invariant }, { percent }, texts) {
  const { breakIt, influence, methods } = texts;
  const share = (value) =>
    value === null ? influence.words.refused : percent(value, texts.common.percent);
  return [
    methods[norm].title,
    ...columns.map(([name, payer]) => share(influences[name][payer])),
    ...["shift", "scale"].map(
      (change) =>
        invariant[change].map((part) => influence.parts[part]).join(breakIt.table.comma) ||
        breakIt.table.nothing,
    ),
  ];
}

const head = (page, label) =>
  page.evaluate((label) => {
    const all = [...document.querySelectorAll("#break thead button")];
    const found = all.find(({ ariaLabel }) => ariaLabel === label);
    found.focus();
    found.click();
  }, label);

export const live = async (page) => {
  await page.evaluate(() => document.querySelector(".influence").scrollIntoView());
  return page.until(() => {
    const text = document.querySelector(".influence .when").textContent;
    return /\d/.test(text) && text;
  });
};

export const tests = [
  {
    name: "Break: the table has the library's percentages, built in and computed anew",
    async run(page, env) {
      const computed = await env.influence();
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", path));
        const right = computed.map((row) => rowOf(row, env, texts));
        const words = texts.breakIt.table;
        const first = await table(page);
        deepEqual(first.rows, right);
        equal(first.when, words.built);
        equal(first.count, words.count(right.length, right.length));
        equal(first.heads, columns.length + 3);
        const when = await live(page);
        equal(when, words.live(/\d+(?= ms| 毫秒)/.exec(when)[0]));
        const { rows, pressed } = await table(page);
        deepEqual(rows, right);
        deepEqual(pressed, [texts.methods.bn.title]);
      }
    },
  },
  {
    name: "Break: the table is sorted by each column, most first, then least, then as it was",
    async run(page, env) {
      await page.open(env.at("plain", "zh/"));
      await live(page);
      const { breakIt, influence, see, methods } = env.zh;
      const computed = await env.influence();
      const rowNamed = Object.fromEntries(computed.map((row) => [methods[row.norm].title, row]));
      const first = (await table(page)).rows.map(([name]) => name);
      const words = breakIt.table;
      const all = columns.map(([name, payer]) => [
        `${words[payer]}: ${influence.disturbances[name]}, ${words[`${payer}Long`]}`,
        (title) => rowNamed[title].influences[name][payer],
      ]);
      for (const change of ["shift", "scale"])
        all.push([influence.words[change], (title) => rowNamed[title].invariant[change].length]);
      for (const [i, [whole, rank]] of all.entries())
        for (const direction of ["descending", "ascending", null].slice(0, i % 3 ? 1 : 3)) {
          await head(page, words.sort(whole));
          const right = direction ? [[words.sort(whole), direction]] : [];
          const { sorted, rows } = await page.become(
            () => table(page),
            ({ sorted }) => JSON.stringify(sorted) === JSON.stringify(right),
            5000,
          );
          deepEqual(sorted, right);
          const titles = rows.map(([name]) => name);
          const sign = direction === "ascending" ? 1 : -1;
          const wanted = direction ? [...first].sort((a, b) => sign * (rank(a) - rank(b))) : first;
          deepEqual(titles, wanted, `${whole}, ${direction}`);
          equal(await page.evaluate(() => document.activeElement.ariaLabel), words.sort(whole));
        }
      await head(page, words.sort(see.method));
      const { sorted } = await page.become(
        () => table(page),
        ({ sorted }) => sorted.length === 1,
      );
      deepEqual(sorted, [[words.sort(see.method), "ascending"]]);
    },
  },
];
