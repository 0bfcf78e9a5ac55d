// The menu "Share" of a section: files, code, and the section alone in a frame.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { overflow, violations } from "./access.mjs";
import { showsSight } from "./figures.mjs";
import { keepSaved, savedFile } from "./helpers.mjs";

/** Opens the menu of a section, and returns its buttons by their labels. */
async function openMenu(page, section) {
  await page.click(`#${section} .share > summary`);
  await page.until((id) => document.querySelector(`#${id} .menu`) !== null, section);
  return page.evaluate(
    (id) =>
      [...document.querySelectorAll(`#${id} .menu button`)].map(
        (each) => each.ariaLabel ?? each.textContent,
      ),
    section,
  );
}
const press = (page, label) =>
  page.evaluate(
    (label) =>
      [...document.querySelectorAll(".menu button")]
        .find((each) => (each.ariaLabel ?? each.textContent) === label)
        .click(),
    label,
  );
const code = (page) =>
  page.evaluate(() => [...document.querySelectorAll(".menu code")].map((each) => each.textContent));

export const tests = [
  {
    name: "share: drawings and tables of See as SVG, PNG and CSV, its sight as the command's JSON",
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", path));
        const sight = env.sight({ norm: "bn", shape: [4, 6, 1, 4] });
        await showsSight(page, env, sight, env.defaults.at, texts);
        await keepSaved(page);
        const buttons = await openMenu(page, "see");
        const [cube] = texts.see.cube.split(/[;；]/);
        for (const label of [`SVG: ${cube}`, `PNG: ${cube}`, `CSV: ${texts.see.output}`])
          ok(buttons.includes(label), `${label} of ${buttons}`);
        await press(page, `SVG: ${cube}`);
        const svg = await savedFile(page, 1);
        match(svg.name, /^evenkeel-see-.*\.svg$/);
        const drawn = await page.evaluate((text) => {
          const { documentElement: root } = new DOMParser().parseFromString(text, "image/svg+xml");
          const fills = [...root.querySelectorAll("path")].map((each) => each.getAttribute("fill"));
          const loose = root.querySelectorAll("[class], [style], [data-i]").length;
          return [
            root.tagName,
            new Set(fills).size,
            loose,
            root.querySelector("title").textContent,
          ];
        }, svg.bytes.toString());
        deepEqual([drawn[0], drawn[2], drawn[3]], ["svg", 0, cube]);
        ok(drawn[1] >= 3, `${drawn[1]} colours`);
        await press(page, `PNG: ${cube}`);
        const png = await savedFile(page, 2);
        equal(png.bytes.subarray(1, 4).toString(), "PNG");
        ok(png.bytes.length > 2000 && png.type === "image/png");
        await press(page, `CSV: ${texts.see.output}`);
        const csv = await savedFile(page, 3);
        const lines = csv.bytes.toString().slice(1).trimEnd().split("\r\n");
        equal(lines[0], `N,C,H·W,${texts.see.output}`);
        deepEqual(
          lines.slice(1).map((line) => Math.fround(line.split(",")[3])),
          [...sight.output],
        );
        await press(page, "JSON");
        const json = await savedFile(page, 4);
        deepEqual(Float32Array.from(JSON.parse(json.bytes).sight.output), sight.output);
      }
    },
  },
  {
    name: "share: a finished race as results.json, which the page of results shows",
    limit: 120_000,
    browsers: ["chromium"],
    async run(page, env) {
      await page.open(env.at("plain", "#train&v=1&norms=bn+gn&width=4"));
      const json = async () => {
        const buttons = await openMenu(page, "train");
        const off = await page.evaluate(
          () =>
            [...document.querySelectorAll(".menu button")].find((b) => b.textContent === "JSON")
              .disabled,
        );
        await page.click("#train .share > summary");
        return [buttons.includes("JSON"), off];
      };
      deepEqual(await json(), [true, true]);
      await page.click("#train .levers button.main, #train button.main");
      const done = () => page.evaluate(() => document.querySelector("#train .lanes").textContent);
      const word = env.en.train.status.done;
      await page.become(done, (text) => text.split(word).length > 2, 90_000);
      await keepSaved(page);
      deepEqual(await json(), [true, false]);
      await openMenu(page, "train");
      await page.evaluate(() =>
        [...document.querySelectorAll(".menu button")]
          .find((b) => b.textContent === "JSON")
          .click(),
      );
      const { name, bytes } = await savedFile(page, 1);
      equal(name, "results.json");
      const { config, runs, machine } = JSON.parse(bytes);
      deepEqual([config.norms, config.width, machine.variant], [["bn", "gn"], 4, "simd"]);
      const same = env.compare(
        env.raceData(),
        { ...env.raceSettings, norms: ["bn", "gn"], width: 4 },
        { runtime: env.runtime },
      );
      for (;;) {
        const { done, value } = await same.next();
        if (!done) continue;
        deepEqual(
          runs.map(({ losses }) => losses),
          value.runs.map(({ losses }) => losses),
        );
        break;
      }
    },
  },
  {
    name: "share: the menu has the commands, closes by Escape and by a click beside it",
    async run(page, env) {
      for (const [path] of env.languages) {
        await page.open(env.at("plain", `${path}#see&v=1&method=gn&number=3`));
        await openMenu(page, "see");
        const [command, npm, program] = await code(page);
        equal(command, "npx evenkeel see gn:3 --shape 4,6,1,4 --at 0,2,0");
        equal(npm, "npm install evenkeel");
        match(program, /see\(\{"norm":"gn:3"/);
        await page.press("Escape");
        const isOpen = () => page.evaluate(() => document.querySelector("#see .share").open);
        equal(await page.become(isOpen, (open) => !open), false);
        equal(await page.evaluate(() => document.activeElement.tagName), "SUMMARY");
        await openMenu(page, "see");
        await page.click("#see h2");
        equal(await page.become(isOpen, (open) => !open), false);
      }
    },
  },
  {
    name: "share: a section alone, by the code for a frame; its links lead to the whole page",
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", `${path}#see&v=1&method=gn`));
        await page.evaluate(() => {
          const writeText = (text) => {
            window.written = text;
          };
          const value = { writeText };
          Object.defineProperty(navigator, "clipboard", { value, configurable: true });
        });
        await openMenu(page, "see");
        await press(page, `${texts.common.copy}: ${texts.common.share.embed}`);
        const frame = await page.until(() => window.written);
        match(frame, /^<iframe src="[^"]*" title="[^"]+" width="100%" height="\d+"/);
        const src = /src="([^"]*)"/.exec(frame)[1].replaceAll("&amp;", "&");
        match(src, /\?embed=see#see&v=1&method=gn$/);
        await page.open(src);
        const seen = await page.evaluate(() =>
          [...document.querySelectorAll("main section[id], .bar, footer, h1")]
            .filter((each) => each.checkVisibility())
            .map((each) => each.id),
        );
        deepEqual(seen, ["see"]);
        await showsSight(page, env, env.sight({ norm: "gn", shape: [4, 6, 1, 4] }), 8, texts);
      }
      await page.open(env.at("plain", "?embed=methods"));
      const place = () => page.evaluate(() => location.pathname + location.search);
      match(
        await page.become(place, (text) => text.includes("tools")),
        /\/tools\/\?embed=methods$/,
      );
      await page.until(() => document.querySelector("#page[data-alive]") !== null);
      const link = await page.evaluate(() => {
        const link = document.querySelector("#methods [scope=row] a");
        addEventListener("click", (event) => event.preventDefault());
        link.click();
        return [link.target, new URL(link.href).search, new URL(link.href).pathname];
      });
      deepEqual(link.slice(0, 2), ["_blank", ""]);
      ok(!link[2].includes("tools"), link[2]);
    },
  },
  {
    name: "share: the single file has the same, from the disk",
    async run(page, env) {
      await page.open(`${env.file}?embed=norms`);
      const seen = () =>
        page.evaluate(() =>
          [...document.querySelectorAll("main section[id]")]
            .filter((each) => each.checkVisibility())
            .map((each) => each.id),
        );
      deepEqual(await seen(), ["norms"]);
      await page.open(`${env.file}#methods`);
      deepEqual(await seen(), ["methods", "norms", "results", "machine"]);
      await keepSaved(page);
      await openMenu(page, "methods");
      await press(page, `CSV: ${env.enTools.table.heading}`);
      const { bytes } = await savedFile(page, 1);
      match(bytes.toString(), /Batch norm bn,"N, H, W"/);
      await page.click("#methods [scope=row] a");
      deepEqual(await page.become(seen, ([first]) => first === "see"), [
        "see",
        "break",
        "train",
        "choose",
      ]);
    },
  },
  {
    name: "share: axe finds nothing in the menus, and nothing scrolls to the side",
    browsers: ["chromium"],
    async run(page, env) {
      for (const [colorScheme, [path]] of [
        ["light", env.languages[0]],
        ["dark", env.languages[1]],
      ]) {
        await page.emulate({ colorScheme });
        await page.open(env.at("plain", path));
        for (const section of ["see", "train"]) {
          await openMenu(page, section);
          for (const width of [320, 360, 768, 1280]) {
            await page.size(width, 800);
            deepEqual(await overflow(page), [], `${section} ${width}`);
          }
          deepEqual(await violations(page, ".menu"), [], section);
          await page.press("Escape");
        }
      }
    },
  },
];
