// Where the page must do without something: headers, a server, a script, SIMD, a worker.
import { equal, match, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { sleep } from "../../platform/browsers/helpers.mjs";
import { showsSight } from "./figures.mjs";

const sightOf = (env, norm) => env.sight({ norm, shape: [4, 6, 1, 4] });

/** One call is answered: the figure of another method comes. */
async function answers(page, env, texts) {
  await page.set("#see select", "ln");
  await showsSight(page, env, sightOf(env, "ln"), env.defaults.at, texts);
}

/** What a reader finds: words and figures. */
const contents = (page) =>
  page.evaluate(() => {
    const main = document.querySelector("main");
    const count = (selector) => main.querySelectorAll(selector).length;
    const words = [
      ...main.querySelectorAll("h1, h2, h3, h4, p, dt, dd, label, caption, code, summary"),
    ];
    return {
      words: words.filter((each) => !each.closest("noscript")).map((each) => each.textContent),
      figures: ["table.grid td", "svg.cube path", "math", "option"].map(count),
    };
  });

const alert = (page) => page.text("main > .notice[role=alert]");

export const tests = [
  ...["plain", "isolated", "deep"].flatMap((place) => ({
    name: `offline: served ${place}, both languages open and a call is answered`,
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at(place, path));
        equal(await page.evaluate(() => document.title), texts.common.documents.main.title);
        equal(await page.evaluate(() => crossOriginIsolated), place === "isolated");
        await answers(page, env, texts);
      }
    },
  })),
  {
    name: "offline: a worker that is served with its policy reaches no other server",
    browsers: ["chromium"],
    async run(page, env) {
      for (const [place, isReached] of [
        ["spying", true],
        ["spying-isolated", false],
      ]) {
        await page.open(env.at(place));
        await answers(page, env, env.en);
        const reached = (await page.requests()).some((url) => url.endsWith("/spied"));
        equal(reached, isReached, place);
      }
    },
  },
  {
    name: "offline: the single file from the disk answers a call",
    async run(page, env) {
      await page.open(env.file);
      await answers(page, env, env.en);
      equal((await page.requests()).filter((url) => !/^(file|blob|data):/.test(url)).length, 0);
    },
  },
  {
    name: "offline: the page of several files says from the disk what to open in its place",
    async run(page, env) {
      page.expected = [/CORS|ERR_FAILED|Cross-Origin|file:/];
      for (const [path, { common }] of env.languages) {
        await page.open(new URL(`${path}index.html`, env.file).href, { script: false });
        const seen = () =>
          page.evaluate(() => {
            const notice = document.querySelector("#disk");
            return notice.checkVisibility() ? notice.textContent : "";
          });
        equal(await seen(), common.fromDisk);
        await page.open(env.at("plain", path));
        equal(await seen(), "");
      }
    },
  },
  {
    name: "offline: no style attribute and no loose policy, in the files and in the page",
    async run(page, env) {
      for (const file of ["index.html", "zh/index.html", "evenkeel.html"]) {
        const html = await readFile(`dist/page/${file}`, "utf8");
        const body = html.replace(/<script[\s\S]*?<\/script>/g, "");
        equal(/<[a-z][^>]*\sstyle=/.exec(body), null, file);
        equal(/<[a-z][^>]*\son[a-z]+=/.exec(body), null, file);
        equal(/script-src[^;]*(blob:|'unsafe-)/.exec(html), null, file);
      }
      await page.open(env.at("plain"));
      await answers(page, env, env.en);
      equal(await page.evaluate(() => document.querySelectorAll("[style]").length), 0);
    },
  },
  {
    name: "offline: without JavaScript all texts and figures are there",
    browsers: ["chromium"],
    context: { javaScriptEnabled: false },
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", path), { script: false });
        const { words, figures } = await contents(page);
        ok(words.includes(texts.see.lead) && words.includes(texts.see.arithmetic));
        for (const section of [texts.see, texts.breakIt, texts.train, texts.choose])
          ok(words.includes(section.heading), section.heading);
        const [cells, faces, formulas, options] = figures;
        equal(cells, 4 * 96);
        ok(faces >= 96 && formulas >= 2 && options >= 40, figures.join());
        match(await page.text("noscript"), /JavaScript/);
      }
    },
  },
  {
    name: "offline: the script takes over what is there, and changes no word",
    async run(page, env) {
      for (const [path] of env.languages) {
        const html = await readFile(`dist/page/${path}index.html`, "utf8");
        await page.open(env.at("plain", path));
        await showsSight(page, env, sightOf(env, "bn"), env.defaults.at, path ? env.zh : env.en);
        const [now, before] = await page.evaluate((html) => {
          const old = new DOMParser().parseFromString(html, "text/html");
          const text = (root) => {
            const copy = root.querySelector("main").cloneNode(true);
            for (const each of copy.querySelectorAll("noscript")) each.remove();
            return copy.textContent;
          };
          return [text(document), text(old)];
        }, html);
        equal(now, before);
      }
    },
  },
  {
    name: "offline: without SIMD the page says so, and the figures stay",
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("no-simd", path));
        equal(await page.become(() => alert(page), Boolean), texts.common.noEngine.old);
        await page.evaluate(() =>
          document.querySelector(".influence").scrollIntoView({ behavior: "instant" }),
        );
        await sleep(300); // what is asked for there fails in silence too
        const { figures } = await contents(page);
        equal(figures[0], 4 * 96);
      }
    },
  },
  {
    name: "offline: without the newest JavaScript that it needs the page says which browsers have it",
    async run(page, env) {
      for (const [path, { common }] of env.languages) {
        await page.open(env.at("old", path));
        equal(await page.become(() => alert(page), Boolean), common.noEngine.old);
      }
    },
  },
  {
    name: "offline: where the sections below have no program the page says so, and the first one works",
    async run(page, env) {
      page.expected = [/404|Not Found|module/i];
      for (const [path, texts] of env.languages) {
        await page.open(env.at("no-below", path));
        equal(await page.become(() => alert(page), Boolean), texts.common.incomplete);
        await answers(page, env, texts);
      }
    },
  },
  {
    name: "offline: where the worker's file is missing the page says so, and the figures stay",
    async run(page, env) {
      page.expected = [/404|Not Found|worker/i];
      for (const [path, { common }] of env.languages) {
        await page.open(env.at("no-worker", path));
        const text = await page.become(() => alert(page), Boolean);
        if (page.browser === "Chromium") equal(text, common.noEngine.other(common.failed.start));
        ok(text?.startsWith(common.noEngine.other("").slice(0, 7)), text);
        equal((await contents(page)).figures[0], 4 * 96);
      }
    },
  },
];
