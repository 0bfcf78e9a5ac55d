// npm run bench:page: how long a visitor waits, in Chromium, as the median of five.   --grep <text>
// A measure opens the page itself and returns milliseconds. Others are added to `measures`.
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import * as chromium from "./chromium.mjs";
import { prepare } from "./env.mjs";

const TIMES = 5;

/** Runs in the page before its own scripts, so that moments are not missed. */
async function watch(page, work) {
  await page.tools("Page.enable");
  await page.tools("Page.addScriptToEvaluateOnNewDocument", { source: `(${work})()` });
}

/** Notes when the first output differs from the one that stands in the page, which is batch norm's. */
const noteLive = () => {
  const output = () => document.querySelectorAll("#see table.grid")[1]?.textContent;
  let first;
  const look = () => {
    first ??= output();
    if (first !== undefined && output() !== first) window.liveAt = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};

/** Notes how long each task of more than 50 ms takes. */
const noteLong = () => {
  window.longTasks = [0];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longTasks.push(duration);
  }).observe({ type: "longtask", buffered: true });
};

const longest = (page) => page.evaluate(() => Math.max(...window.longTasks));

/** The work of the main thread for each number that is pointed at, style and layout included. */
const pointing = (page) =>
  page.evaluate(async () => {
    const times = [];
    for (let i = 0; i < 60; i++) {
      const cell = document.querySelector(`#see td[data-i="${(i * 37) % 96}"]`);
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const start = performance.now();
      cell.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
      await Promise.resolve(); // what is drawn anew is drawn in microtasks
      await Promise.resolve();
      void document.body.offsetHeight;
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    return { median: times[30], slowest: times[57] };
  });

/** Presses a button of the race, and gives the milliseconds until something is drawn. */
const untilDrawn = (page, name, isDrawn) =>
  page.evaluate(
    `(async () => {
      const all = [...document.querySelectorAll("#train button")];
      const start = performance.now();
      all.find(({ textContent }) => textContent === ${JSON.stringify(name)}).click();
      while (!(${isDrawn})()) await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - start;
    })`,
  );

const hasPoint = () => document.querySelector('#train .chart .raw[d^="M"]') !== null;
const rows = (status) =>
  `() => [...document.querySelectorAll("#train > .scroll tbody tr")].every(({ lastChild }) => ` +
  `lastChild.textContent === ${JSON.stringify(status)})`;

/** A race that is under way for some seconds. */
async function racing(page, env, seconds) {
  await page.open(env.at("plain"));
  await untilDrawn(page, env.en.train.run, hasPoint);
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
}

const measures = [
  {
    name: "first contentful paint",
    most: 400,
    async run(page, env) {
      await page.open(env.at("plain"));
      return page.until(
        () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
      );
    },
  },
  {
    name: "first live number",
    most: 800,
    async run(page, env) {
      await watch(page, noteLive);
      await page.open(env.at("plain", "#see&v=1&method=gn"));
      return page.until(() => window.liveAt ?? null);
    },
  },
  {
    name: "longest task while it loads",
    most: 50,
    async run(page, env) {
      await watch(page, noteLong);
      await page.open(env.at("plain"));
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
      return longest(page);
    },
  },
  {
    name: "pointing at a number, median",
    most: 16,
    async run(page, env) {
      await page.open(env.at("plain"));
      return (await pointing(page)).median;
    },
  },
  {
    name: "pointing at a number, 95 of 100",
    most: 16,
    async run(page, env) {
      await page.open(env.at("plain"));
      return (await pointing(page)).slowest;
    },
  },
  {
    name: "Run to the first point",
    most: 800,
    async run(page, env) {
      await page.open(env.at("plain"));
      return untilDrawn(page, env.en.train.run, hasPoint);
    },
  },
  {
    name: "the default race",
    most: 15_000,
    async run(page, env) {
      await page.open(env.at("plain"));
      return untilDrawn(page, env.en.train.run, rows(env.en.train.status.done));
    },
  },
  {
    name: "longest task while it trains",
    most: 50,
    async run(page, env) {
      await watch(page, noteLong);
      await page.open(env.at("plain"));
      await page.evaluate(() => {
        window.longTasks = [0];
      });
      await untilDrawn(page, env.en.train.run, hasPoint);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      return longest(page);
    },
  },
  {
    name: "pointing while it trains, median",
    most: 16,
    async run(page, env) {
      await racing(page, env, 1);
      return (await pointing(page)).median;
    },
  },
  {
    name: "stop",
    most: 150,
    async run(page, env) {
      await racing(page, env, 1);
      return untilDrawn(page, env.en.train.stop, rows(env.en.train.status.stopped));
    },
  },
];

const { values } = parseArgs({ options: { grep: { type: "string", default: "" } } });
const path = chromium.find();
if (!path) throw new Error(`${chromium.name} is not installed (apt: ${chromium.packages})`);
const env = await prepare();
const browser = await chromium.launch(path);
const load = loadavg()[0].toFixed(1);
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, load ${load}, Chromium ${browser.version}\n`,
);
try {
  for (const { name, most, run } of measures.filter(({ name }) => name.includes(values.grep))) {
    const times = [];
    for (let i = 0; i < TIMES; i++) {
      const page = await browser.newPage();
      times.push(await run(page, env));
      await page.close();
    }
    times.sort((a, b) => a - b);
    const [least, median, worst] = [0, Math.floor(TIMES / 2), TIMES - 1].map((i) =>
      times[i].toFixed(1),
    );
    console.log(`${name.padEnd(34)}${median.padStart(8)} ms of ${most}   (${least} to ${worst})`);
  }
} finally {
  await browser.close();
  env.close();
}
