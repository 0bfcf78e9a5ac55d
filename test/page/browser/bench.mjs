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
  const output = () => document.querySelectorAll("#see td[data-i='0']")[1]?.ariaLabel;
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

/** Presses a button of Train, and waits until the rows of its table, as [step, status], are as they should be. */
const pressing = (page, selector, isRight) =>
  page.run(`(async () => {
    const isRight = ${isRight};
    const rows = () => [...document.querySelectorAll("#train > .scroll > .lanes tbody tr")]
      .map(({ children }) => [Number(children[1].textContent), children[6].textContent]);
    const start = performance.now();
    document.querySelector("${selector}").click();
    while (!isRight(rows())) await new Promise((resolve) => requestAnimationFrame(resolve));
    return performance.now() - start;
  })()`);
const RUN = "#train .buttons .main";
const STOP = "#train .buttons button:last-child";
const trains = `(rows) => rows.some(([step, status]) => step > 0 && status === "trains")`;

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
    name: "from Run to the first point",
    most: 800,
    async run(page, env) {
      await page.open(env.at("plain"));
      return pressing(page, RUN, trains);
    },
  },
  {
    name: "longest task in 3 s of training",
    most: 50,
    async run(page, env) {
      await watch(page, noteLong);
      await page.open(env.at("plain"));
      await pressing(page, RUN, trains);
      await page.evaluate(() => {
        window.longTasks = [0];
        return new Promise((resolve) => setTimeout(resolve, 3000));
      });
      return longest(page);
    },
  },
  {
    name: "from Stop to its end",
    most: 150,
    async run(page, env) {
      await page.open(env.at("plain"));
      await pressing(page, RUN, trains);
      return pressing(page, STOP, `(rows) => rows.every(([, status]) => status === "stopped")`);
    },
  },
  {
    name: "the default race",
    most: 15_000,
    async run(page, env) {
      await page.open(env.at("plain"));
      return pressing(page, RUN, `(rows) => rows.every(([, status]) => status === "finished")`);
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
