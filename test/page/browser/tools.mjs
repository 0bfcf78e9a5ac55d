// The third document: all methods, the norms of own networks, results, and the machine.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { overflow, violations } from "./access.mjs";
import { showsSight } from "./figures.mjs";
import { drop } from "./helpers.mjs";

const languagesOf = (env) => [
  ["tools/", env.enTools],
  ["zh/tools/", env.zhTools],
];
const rows = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("#methods [scope=row] code")].map((each) => each.textContent),
  );
const complaint = (page, section) => page.text(`#${section} .complaint`);

/** The three files of the command's race, as one would drop them. */
const raceOf = async (env, norms) => {
  const settings = { norms, width: 4, batchSize: 4, steps: 8, evaluateEvery: 4, batch1: false };
  const run = env.compare(env.raceData(), settings, { runtime: env.runtime });
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value;
  }
};

export const tests = [
  {
    name: "tools: the table is filtered, the link keeps it, and a method opens in See",
    async run(page, env) {
      for (const [path, texts] of languagesOf(env)) {
        await page.open(env.at("plain", path));
        const all = env.methodDescriptions.flatMap(({ methods }) => methods);
        deepEqual(
          await rows(page),
          all.map(({ name }) => name),
        );
        const select = (label) =>
          page.evaluate((label) => {
            const labels = [...document.querySelectorAll("#methods .field label")];
            return labels.find((each) => each.textContent === label).htmlFor;
          }, label);
        await page.set(`[id="${await select(texts.table.filters.dependence)}"]`, "always");
        equal(
          String(
            await page.become(
              () => rows(page),
              ({ length }) => length === 1,
            ),
          ),
          "mvn",
        );
        const hash = () => page.evaluate(() => location.hash);
        match(await page.become(hash, (text) => text.includes("dependence")), /dependence=always/);
        await page.open(env.at("plain", `${path}#methods&v=1&pools=C&dependence=in+training`));
        deepEqual(await rows(page), ["sn", "iternorm"]);
        const before = env.sight({ norm: "sn", shape: [4, 6, 1, 4] });
        await page.click("#methods [scope=row] a");
        await page.until(() => document.querySelector("#page[data-alive] #see") !== null);
        await showsSight(page, env, before, env.defaults.at, path === "tools/" ? env.en : env.zh);
      }
    },
  },
  {
    name: "tools: a dropped checkpoint shows its norms and what is wrong; nothing is sent",
    async run(page, env) {
      const bytes = env.checkpoint({
        "a.weight": [1, 1],
        "a.bias": [0, 1],
        "a.running_mean": [0, 99],
        "a.running_var": [1, 0],
      });
      for (const [path, texts] of languagesOf(env)) {
        await page.open(env.at("plain", path));
        const before = (await page.requests()).length;
        await drop(page, "#norms .drop", [["net.safetensors", bytes]]);
        const heading = () => page.text("#norms .drop ~ h3");
        equal(await page.become(heading, (text) => text === "net.safetensors"), "net.safetensors");
        const verdicts = await page.evaluate(() =>
          [...document.querySelectorAll("#norms td li")].map((each) => each.textContent),
        );
        const [name] = texts.normTexts.verdicts["zero-variance"];
        ok(
          verdicts.some((each) => each.includes(name)),
          verdicts.join(),
        );
        match(
          await page.text("#norms [role=status] strong"),
          new RegExp(texts.normTexts.files.doubtful),
        );
        const loaded = (await page.requests()).slice(before);
        deepEqual(
          loaded.filter((url) => !/\.js$/.test(url)),
          [],
        );
      }
    },
  },
  {
    name: "tools: what is no checkpoint is refused at the field, and what was shown stays",
    async run(page, env) {
      for (const [path, texts] of languagesOf(env)) {
        await page.open(env.at("plain", path));
        const { refused, example } = texts.norms;
        for (const [bytes, sentence] of [
          [Buffer.from("hello"), refused.other("a.bin")],
          [Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(40)]), refused.zip("a.bin")],
          [env.checkpoint({ "a.weight": [1, 2] }).subarray(0, -1), refused.damaged("a.bin")],
        ]) {
          await drop(page, "#norms .drop", [["a.bin", bytes]]);
          equal(
            await page.become(
              () => complaint(page, "norms"),
              (text) => text === sentence,
            ),
            sentence,
          );
        }
        equal(await page.text("#norms .drop ~ h3"), example);
        // a norm of a type that is not known: nobody says that it is sound
        const entry = (from) => ({ dtype: "F8_E4M3", shape: [4], data_offsets: [from, from + 4] });
        const header = JSON.stringify({ "a.weight": entry(0), "a.bias": entry(4) });
        const start = Buffer.from([header.length, 0, 0, 0, 0, 0, 0, 0]);
        const bytes = Buffer.concat([start, Buffer.from(header), Buffer.alloc(8)]);
        await drop(page, "#norms .drop", [["eight.safetensors", bytes]]);
        const found = () => page.text("#norms .drop ~ p");
        const said = texts.norms.found(1, 2);
        equal((await page.become(found, (now) => now.startsWith(said))).trim(), said);
      }
    },
  },
  {
    name: "tools: two results stand side by side on the same scales, and others are refused",
    async run(page, env) {
      const [one, two] = [await raceOf(env, ["bn", "gn"]), await raceOf(env, ["ln"])];
      for (const [path, texts] of languagesOf(env)) {
        await page.open(env.at("plain", path));
        await drop(page, "#results .drop", [["one.json", Buffer.from(JSON.stringify(one))]]);
        const charts = () =>
          page.evaluate(() => document.querySelectorAll("#results .chart").length);
        const single = await page.become(charts, Boolean);
        await drop(page, "#results .drop", [["two.json", Buffer.from(JSON.stringify(two))]]);
        equal(await page.become(charts, (count) => count === 2 * single), 2 * single);
        const pair = await page.evaluate(() => {
          const [left, right] = document.querySelectorAll("#results .pair:has(.chart) .chart");
          const ticks = (chart) =>
            [...chart.querySelectorAll(".left")].map((each) => each.textContent);
          const ends = (chart) => chart.querySelector("svg").ariaLabel;
          return [ticks(left), ticks(right), ends(left), ends(right)];
        });
        deepEqual(pair[0], pair[1]);
        const last = ({ losses }) => env.exact(losses.at(-1));
        const { comma, end } = texts.results;
        equal(pair[2], one.runs.map((run) => end(run.norm, last(run))).join(comma));
        equal(pair[3], end("ln", last(two.runs[0])));
        const { refused } = texts.results;
        for (const [text, sentence] of [
          ["{", refused["not JSON"]("b.json")],
          ["{}", refused["no settings"]("b.json")],
        ]) {
          await drop(page, "#results .drop", [["b.json", Buffer.from(text)]]);
          const said = sentence;
          equal(
            await page.become(
              () => complaint(page, "results"),
              (now) => now === said,
            ),
            said,
          );
        }
        equal(await charts(), 2 * single);
        // more values than a call takes arguments, and some that no float32 has
        const losses = Array.from({ length: 200_000 }, (_, i) => (i % 50_000 ? i % 97 : 1e308));
        const long = JSON.stringify({ config: {}, runs: [{ norm: "bn", losses }] });
        await drop(page, "#results .drop", [["long.json", Buffer.from(long)]]);
        const names = () => page.text("#results .opened");
        match(await page.become(names, (now) => now.includes("long.json")), /long\.json/);
        await drop(page, "#results .drop", [
          ["one.json", Buffer.from(JSON.stringify(one))],
          ["two.json", Buffer.from(JSON.stringify(two))],
        ]);
        equal(await page.become(charts, (count) => count === 2 * single), 2 * single);
        await page.click("#results .opened button");
        equal(await page.become(charts, (count) => count === single), single);
        const focused = () =>
          page.evaluate(() => document.activeElement.closest("button")?.textContent);
        equal(
          await page.become(focused, (now) => now === texts.results.choose),
          texts.results.choose,
        );
      }
    },
  },
  {
    name: "tools: the machine has the right bits, is measured, and says what headers it has",
    limit: 120_000,
    async run(page, env) {
      for (const place of ["plain", "isolated"]) {
        await page.open(env.at(place, "tools/"));
        const { machine } = env.enTools;
        await page.evaluate(() => document.querySelector("#machine").scrollIntoView());
        const facts = () => page.text("#machine dl");
        const text = await page.become(facts, (now) => now.includes("simd"));
        ok(text.includes(place === "isolated" ? machine.isolated : machine.notIsolated), text);
        await page.click("#machine .pair button");
        const status = () => page.text("#machine .pair [role=status]");
        match(await page.become(status, Boolean), new RegExp(`${env.weightsHash} ${machine.same}`));
      }
      await page.click("#machine .pair > :last-child button");
      const cells = () =>
        page.evaluate(() =>
          [...document.querySelectorAll("#machine tbody td")].map((each) => each.textContent),
        );
      const found = await page.become(cells, ({ length }) => length === 6, 60_000);
      for (const cell of found) ok(Number.parseFloat(cell) > 0, found.join());
    },
  },
  {
    name: "tools: axe finds nothing, and nothing scrolls to the side, all open",
    browsers: ["chromium"],
    async run(page, env) {
      const net = env.checkpoint({ "a.weight": [1, 1], "a.bias": [0, 1] });
      const result = Buffer.from(JSON.stringify(await raceOf(env, ["bn"])));
      for (const colorScheme of ["light", "dark"]) {
        await page.emulate({ colorScheme });
        for (const [path, texts] of languagesOf(env)) {
          await page.open(env.at("plain", path));
          deepEqual(await violations(page), []);
          await drop(page, "#norms .drop", [["net.safetensors", net]]);
          await drop(page, "#results .drop", [["results.json", result]]);
          await page.until(() => document.querySelector("#results .chart"));
          await drop(page, "#norms .drop", [["net.safetensors", net.subarray(1)]]);
          await page.until(() => document.querySelector("#norms .complaint"));
          await page.evaluate(() => {
            document.querySelector("#results .share").open = true;
          });
          await page.until(() => document.querySelector("#results .menu"));
          deepEqual(await violations(page), [], texts.common.language);
          for (const width of [320, 360, 480, 768, 1024, 1280, 2560]) {
            await page.size(width, 800);
            deepEqual(await overflow(page), [], `${path} ${width}`);
            if (width === 360) deepEqual(await violations(page), [], "360 pixels");
          }
          await page.size(1280, 800);
        }
      }
    },
  },
  {
    name: "tools: without JavaScript the table of methods and an example of norms are there",
    browsers: ["chromium"],
    context: { javaScriptEnabled: false },
    async run(page, env) {
      for (const [path, texts] of languagesOf(env)) {
        await page.open(env.at("plain", path), { script: false });
        const names = env.methodDescriptions.flatMap(({ methods }) => methods);
        equal((await rows(page)).length, names.length);
        ok((await page.text("#methods")).includes(texts.methods.bn.statistics));
        ok((await page.text("#norms")).includes(texts.normTexts.verdicts["never-trained"][1]));
        match(await page.text("#results"), /npx evenkeel compare/);
        ok((await page.text("#machine")).includes(texts.machine.headersAdd));
      }
    },
  },
];
