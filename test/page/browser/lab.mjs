// The laboratory: each section does its main thing, and shows what the library computes.
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { moving, overflow, small, violations } from "./access.mjs";
import { alive, hints, press, says, slide, watch } from "./lab-run.mjs";
import { tests as pictureTests } from "./lab-style.mjs";

const sections = ["depth", "statistics", "padding", "place", "style"];

const unfold = (page) =>
  page.evaluate(() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
  });

/** The sentence below the fresh nets. */
function measured(env, texts, all) {
  const parts = all.map(({ norm, gradients }) =>
    texts.depth.share(texts.depth.norms[norm], env.exact(gradients[0] / gradients.at(-1))),
  );
  return texts.depth.measured(parts.join(texts.lab.comma));
}

export const tests = [
  {
    name: "lab: a lever that moves while nets train begins anew, and the end is the library's",
    browsers: ["chromium", "firefox"],
    async run(page, env) {
      const [path, texts] = page.browser === "Chromium" ? env.labs[0] : env.labs[1];
      const { depth, lab, common } = texts;
      const chosen = { ...env.defaults, depth: 4 };
      const settings = { ...env.depthNets.depthSettings(chosen) };
      const { result } = await env.computed("gradients", settings);
      await page.open(env.at("plain", `${path}#depth&v=1&depth=2`));
      await press(page, "depth", lab.run);
      const [, before] = await hints(page, "depth");
      await says(page, "depth", (text) => text !== before && text.startsWith(before.slice(0, 5)));
      await slide(page, "depth", depth.depth, 4);
      await says(page, "depth", measured(env, texts, result.measured.slice(0, 3)));
      const ends = result.trained.map(({ norm, accuracy }) =>
        depth.accuracyOf(depth.norms[norm], env.percent(accuracy, common.percent)),
      );
      await says(page, "depth", depth.trained(ends.join(lab.comma)));
      equal(await page.evaluate(() => location.hash), "#depth&v=1&depth=4");
    },
  },
  {
    name: "lab: pause holds the batches, momentum acts on those after it",
    browsers: ["chromium"],
    async run(page, env) {
      const [, [path, texts]] = env.labs;
      const { statistics, lab } = texts;
      const settings = { momenta: [0.1, null], steps: 300, sizes: [], batch: 16 };
      const { events } = await env.computed("runningStats", settings);
      const batches = events.flatMap(({ batch }) => batch ?? []);
      const sentence = (now, all) =>
        statistics.summary(env.exact(now), env.exact(all.mean), env.exact(1));
      const before = batches.map(({ running: [now, all] }) => sentence(now.mean, all));
      const after = batches.map(({ mean, running: [, all] }) => sentence(mean, all));
      await watch(page);
      await page.open(env.at("plain", `${path}#statistics`));
      await press(page, "statistics", lab.run);
      equal(await alive(page), 2);
      await says(page, "statistics", (text) => before.slice(10, -1).includes(text));
      await press(page, "statistics", lab.pause);
      await page.become(() => null, Boolean, 200);
      const held = await hints(page, "statistics");
      await page.become(() => null, Boolean, 300);
      deepEqual(await hints(page, "statistics"), held);
      await slide(page, "statistics", statistics.momentum, 9); // 1: nothing is kept of the batches before
      await press(page, "statistics", lab.resume);
      await says(page, "statistics", (text) => after.slice(1).includes(text));
      await press(page, "statistics", lab.stop);
      equal(await alive(page), 1);
      await press(page, "statistics", lab.again);
      await press(page, "statistics", lab.stop);
      equal(await alive(page), 1);
    },
  },
  {
    name: "lab: padding moves what the library says",
    async run(page, env) {
      for (const [path, { padding, lab }] of env.labs) {
        await page.open(env.at("plain", `${path}#padding`));
        for (const padded of [64, 16]) {
          const settings = env.padLengths.paddingSettings({ ...env.defaults, padded });
          const { result } = await env.computed("padding", settings);
          const { change } = result.padded.at(-1);
          await slide(page, "padding", padding.length, padded);
          const parts = padding.norms.map((norm, k) =>
            padding.changeOf(norm, env.exact(change[k])),
          );
          await says(page, "padding", padding.changed(parts.join(lab.comma)));
        }
      }
    },
  },
  {
    name: "lab: Transformers end where the library's do; a text that is too short is refused at its field",
    browsers: ["chromium"],
    async run(page, env) {
      const [path, texts] = env.labs[0];
      const { place, lab, common } = texts;
      await watch(page);
      await page.open(env.at("plain", `${path}#place&v=1&layers=1`));
      await press(page, "place", lab.run);
      const content = env.experiments.logbook;
      const settings = env.placeNets.placeSettings({ ...env.defaults, layers: 1 });
      const { runs } = (await env.computed("transformer", { name: "", content }, settings)).result;
      const ends = runs.map(({ variant, heldOut }) => place.each(variant, env.exact(heldOut)));
      await says(page, "place", place.heldOut(ends.join(lab.comma)));
      const written = await page.evaluate(() =>
        [...document.querySelectorAll("#place .written code")].map((each) => each.textContent),
      );
      deepEqual(
        written,
        runs.map(({ sample }) => sample),
      );
      equal(await alive(page), 1);
      await unfold(page);
      await page.set("#place textarea", "too short");
      await press(page, "place", lab.again);
      const complaint = () => page.text("#place .field .complaint");
      equal(await page.become(complaint, Boolean), common.refused.text("330", "9"));
      await page.set("#place textarea", "ab cd. ".repeat(60));
      await press(page, "place", lab.again);
      await says(page, "place", (text) => text.startsWith(place.now("").slice(0, 4)));
      equal(await complaint(), null);
      await press(page, "place", lab.stop);
      equal(await alive(page), 1);
    },
  },
  {
    name: "lab: without JavaScript all texts and recorded figures are there",
    browsers: ["chromium"],
    context: { javaScriptEnabled: false },
    async run(page, env) {
      for (const [path, texts] of env.labs) {
        await page.open(env.at("plain", path), { script: false });
        for (const name of sections) {
          equal(await page.text(`#${name} h2`), texts[name].heading);
          const lines = await page.evaluate(
            (name) => document.querySelectorAll(`#${name} svg path.line, #${name} svg rect`).length,
            name,
          );
          ok(lines >= 2, `${name}: ${lines} lines`);
          ok((await hints(page, name)).every((hint) => !/NaN|undefined|–/.test(hint)));
        }
        const { claim, truth } = texts.corrections.W7;
        const said = await page.text("#statistics .tutorials");
        ok(said.includes(claim) && said.includes(truth));
      }
    },
  },
  {
    name: "lab: the script takes over what is there, and changes no word",
    async run(page, env) {
      for (const [path] of env.labs) {
        const html = await readFile(`dist/page/${path}index.html`, "utf8");
        await page.open(env.at("plain", path));
        const [now, before] = await page.evaluate((html) => {
          const old = new DOMParser().parseFromString(html, "text/html");
          return [document, old].map((root) => {
            const copy = root.querySelector("main").cloneNode(true);
            for (const each of copy.querySelectorAll("noscript")) each.remove();
            return copy.textContent;
          });
        }, html);
        equal(now, before);
        equal(await page.evaluate(() => document.querySelectorAll("[style]").length), 0);
      }
    },
  },
  {
    name: "lab: the documents lead to one another, in several files and in one",
    browsers: ["chromium"],
    async run(page, env) {
      await page.open(env.at("deep", "zh/"));
      await page.click(".bar a.document");
      const title = () => page.evaluate(() => document.title).catch(() => ""); // between two documents
      const { zh, en } = env;
      const becomes = async (right) => equal(await page.become(title, (t) => t === right), right);
      await becomes(zh.common.documents.lab.title);
      await page.until(() => document.querySelector("[data-alive]") !== null);
      await page.click("a.language");
      await becomes(en.common.documents.lab.title);
      await page.until(() => document.querySelector("[data-alive]") !== null);
      await page.click(".bar a.document");
      await becomes(en.common.documents.main.title);
      // of the other document, which comes in the place of the one that is opened
      await page.open(env.at("plain", "#depth&v=1&depth=3"), { script: false });
      await becomes(en.common.documents.lab.title);
      await page.open(env.at("plain"));
      await page.evaluate(() => {
        location.hash = "#style";
      });
      await becomes(en.common.documents.lab.title);
      equal(await page.evaluate(() => location.hash), "#style");
      await page.open(`${env.file}#padding&v=1&padded=64`);
      await becomes(en.common.documents.lab.title);
      const visible = () =>
        page.evaluate(() =>
          [...document.querySelectorAll("main")].map((each) => each.checkVisibility()).join(),
        );
      equal(await visible(), "false,true,false");
      await says(page, "padding", (text) => /1\.7\d\d/.test(text)); // computed here
      await page.evaluate(() => document.querySelectorAll("a.language")[1].click());
      await becomes(zh.common.documents.lab.title);
      await page.evaluate(() =>
        document.querySelectorAll(".bar")[1].querySelector("a.document").click(),
      );
      await becomes(zh.common.documents.main.title);
      equal(await visible(), "true,false,false");
    },
  },
  ...["light", "dark"].map((colorScheme) => ({
    name: `lab: axe finds nothing, ${colorScheme}`,
    browsers: ["chromium"],
    async run(page, env) {
      await page.emulate({ colorScheme });
      for (const [path] of env.labs) {
        await page.open(env.at("plain", path));
        await unfold(page);
        deepEqual(await violations(page), []);
      }
    },
  })),
  {
    name: "lab: no scrolling to the side, nothing small to press, nothing that moves by itself",
    browsers: ["chromium"],
    async run(page, env) {
      await page.emulate({ reducedMotion: "reduce" });
      for (const [path] of env.labs) {
        await page.open(env.at("plain", path));
        await unfold(page);
        deepEqual(await moving(page), []);
        for (const width of [320, 360, 480, 768, 1024, 1280, 2560]) {
          await page.size(width, 800);
          deepEqual(await overflow(page), [], `${path}, ${width} pixels`);
          if (width === 360) deepEqual(await small(page), []);
        }
      }
    },
  },
  ...pictureTests,
];
