// The manual, where `npm run build:manual` has made it: found by search from a server and from the disk, without
// faults.
import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { violations } from "./access.mjs";

const FOLDER = "dist/page/manual";
const languages = [
  { path: "index.html", query: "layer norm rows", title: "Layer norm of rows", name: "layerNorm" },
  {
    path: "zh/index.html",
    query: "组归一化",
    title: "特征图：批归一化、组归一化、实例归一化",
    name: "groupNorm",
  },
];

const found = (page) =>
  page.evaluate(() => [...document.querySelectorAll("#found a")].map((each) => each.textContent));

/** A guide by words of its language, and an export by its name, which leads to its page. */
async function searches(page, { query, title, name }) {
  await page.set("#search", query);
  ok((await found(page)).includes(title), `"${title}" is not found by "${query}"`);
  await page.set("#search", name);
  equal((await found(page))[0], name);
  await page.open(await page.evaluate(() => document.querySelector("#found a").href), {
    script: false,
  });
  ok((await page.text("h1")).includes(name));
}

const made = existsSync(`${FOLDER}/index.html`);

export const tests = made
  ? languages.flatMap((language) => [
      {
        name: `manual: ${language.path} is searched from a server and from the disk`,
        async run(page, env) {
          await page.open(env.at("plain", `manual/${language.path}`), { script: false });
          await searches(page, language);
          await page.open(pathToFileURL(`${FOLDER}/${language.path}`).href, { script: false });
          page.expected.push(/icons\.svg/); // browsers draw no picture of another file of the disk
          await searches(page, language);
        },
      },
      ...["light", "dark"].map((colorScheme) => ({
        name: `manual: axe finds nothing in ${language.path}, ${colorScheme}`,
        browsers: ["chromium"],
        async run(page, env) {
          await page.emulate({ colorScheme });
          await page.open(env.at("plain", `manual/${language.path}`), { script: false });
          deepEqual(await violations(page), []);
        },
      })),
    ])
  : [
      {
        name: "manual: npm run build:manual makes it",
        async run() {
          ok(process.env.CI !== "true", "it is not made");
        },
      },
    ];
