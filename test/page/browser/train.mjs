// The section Train: the race as recorded, its levers, what becomes of it when something breaks off.
import { deepEqual, equal, match, ok } from "node:assert/strict";

const button = (page, name) =>
  page.evaluate((name) => {
    const all = [...document.querySelectorAll("#train button")];
    const found = all.find((each) => each.textContent === name && !each.disabled);
    found?.click();
    return Boolean(found);
  }, name);

/** Presses a button once it is there. */
export async function press(page, name) {
  ok(await page.become(() => button(page, name), Boolean), `no button ${name}`);
}

/** The rows of the table: norm, steps, loss, accuracy, and how the training stands. */
export const lanes = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("#train > .scroll > .lanes tbody tr")].map((row) => {
      const cells = [...row.children].map((cell) => cell.textContent.trim());
      const [, step, loss, accuracy, , , status] = cells;
      const norm = row.firstChild.firstChild.textContent;
      return { norm, step: Number(step), loss, accuracy, status };
    }),
  );

const patience = 150_000;

/** Waits until every training has the status of this word. */
export async function all(page, word) {
  const rows = await page.become(
    () => lanes(page),
    (rows) => rows.length > 0 && rows.every(({ status }) => status.startsWith(word)),
    patience,
  );
  for (const { norm, status } of rows) ok(status.startsWith(word), `${norm}: ${status}`);
  return rows;
}

/** Waits until a training of the visitor's own has come to a step. */
export const reaches = (page, step) =>
  page.become(
    () => lanes(page),
    (rows) => rows.some((row) => row.step >= step && !/recorded|已记录/.test(row.status)),
    patience,
  );

export const same = (page) => page.text("#train .same strong");
const raceOf = (norms, rest = "") => `#train&v=1&norms=${norms}${rest}`;

/** Gives a file to the field, as if it were chosen. */
const choose = (page, name, bytes) =>
  page.evaluate(
    (name, list) => {
      const input = document.querySelector("#train input[type=file]");
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(list)], name));
      input.files = files.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
    name,
    [...bytes],
  );

const RECORD = 3073;
/** Pictures of one colour for each label. */
const pictures = (count, labelOf = (i) => i % 10) =>
  Uint8Array.from({ length: count * RECORD }, (_, k) => {
    const i = Math.floor(k / RECORD);
    return k % RECORD === 0 ? labelOf(i) : 20 * labelOf(i) + (k % 7);
  });

/** Keeps the page's workers in `window.workers`, and counts what they say. */
const WATCH = `
  window.workers = []; window.messages = 0;
  window.Worker = class extends Worker {
    constructor(...all) { super(...all); workers.push(this); this.addEventListener("message", () => { messages++; }); }
  };`;
async function watch(page) {
  await page.tools("Page.enable");
  await page.tools("Page.addScriptToEvaluateOnNewDocument", { source: WATCH });
}

/** The losses of the same race, computed here. */
async function computed(env, norm, rates = [], seed = 0) {
  let steps = 0;
  const controls = {
    get lr() {
      return rates.findLast(([from]) => from <= steps)?.[1];
    },
  };
  const settings = { ...env.raceSettings, norms: [norm], seed };
  const events = env.compare(env.raceData(), settings, { runtime: env.runtime, controls });
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value.runs[0];
    if (value.type === "step") steps = value.step;
  }
}

const races = [
  ...["plain", "isolated", "file"].map((place) => ({
    name: `Train: the default race has all 960 recorded losses, ${place}`,
    async run(page, env) {
      await page.open(place === "file" ? env.file : env.at(place));
      await press(page, env.en.train.run);
      const rows = await all(page, env.en.train.status.done);
      equal(rows.map(({ norm, step }) => `${norm} ${step}`).join(), "bn 240,gn 240,ln 240,in 240");
      equal(await same(page), env.en.train.identical(960, 960));
      const said = await page.become(
        () => page.text("#train > .hint[role=status]"),
        (text) => text === env.en.train.status.done,
      );
      equal(said, env.en.train.status.done);
      const [, accuracies] = await page.evaluate(() =>
        [...document.querySelectorAll("#train .chart svg")].map(({ ariaLabel }) => ariaLabel),
      );
      const ends = rows.map(({ norm, accuracy }) => env.en.train.endOf(norm, accuracy));
      equal(accuracies, env.en.train.summary(ends.join(env.en.train.comma)));
      equal(await page.evaluate(() => document.querySelectorAll("#train .pictures li").length), 20);
      equal(
        await page.evaluate(() => document.querySelectorAll("#train .histogram path").length),
        4 * 4,
      );
    },
  })),
  {
    name: "Train: a preset shows its recorded race at once, and has its losses",
    async run(page, env) {
      const { train, common } = env.en;
      const pick = (preset) =>
        page.evaluate((preset) => {
          document.querySelector(`#train input[value="${preset}"]`).click();
        }, preset);
      /** The recorded races, as the table has them. */
      const shows = async (preset, runs) => {
        const { steps } = env.presetSettings[preset];
        const right = Object.entries(runs).map(([norm, { right }]) => {
          const accuracy = env.percent(Number(right.split(" ").at(-1)) / 200, common.percent);
          return `${norm} ${steps} ${accuracy} ${train.recorded}`;
        });
        const seen = async () =>
          (await lanes(page)).map((row) => `${row.norm} ${row.step} ${row.accuracy} ${row.status}`);
        deepEqual(await page.become(seen, (rows) => rows.join() === right.join()), right);
        equal(await page.text("#train .notice"), null);
      };
      await page.open(env.at("plain", "#train"));
      await shows("default", env.recorded);
      for (const preset of ["batch1", "batch2"]) {
        await pick(preset);
        await shows(preset, env.recordedSmall[preset]);
      }
      await press(page, train.run);
      await reaches(page, 80);
      await pick("default");
      const other = train.otherCurves(train.presets.batch2, train.presets.default);
      const notice = () => page.text("#train .notice");
      equal(await page.become(notice, (text) => text === other), other);
      await press(page, train.stop);
      await shows("default", env.recorded);
      await pick("batch2");
      const rows = await all(page, train.status.stopped);
      const every = env.presetSettings.batch2.steps / env.POINTS;
      const count = rows.reduce((sum, { step }) => sum + Math.floor(step / every), 0);
      equal(await same(page), train.identical(count, count));
    },
  },
  {
    name: "Train: several seeds are a curve each with their mean, and end as trainings alone do",
    browsers: ["firefox"], // which is done before Chromium
    async run(page, env) {
      const { train } = env.en;
      await page.open(env.at("plain", raceOf("bn", "&seeds=0+7&preset=default")));
      await press(page, train.run);
      const rows = await all(page, train.status.done);
      const runs = [await computed(env, "bn"), await computed(env, "bn", [], 7)];
      equal(rows.map(({ norm }) => norm).join(), [0, 7].map((s) => train.withSeed("bn", s)).join());
      for (const [i, run] of runs.entries()) equal(rows[i].loss, env.exact(env.lossOf(run)));
      const mean = (runs[0].testAccuracy + runs[1].testAccuracy) / 2;
      const label = await page.text("#train .chart .label");
      equal(label, `bn ${env.percent(mean, " %")}`);
      equal(
        await page.evaluate(() => document.querySelectorAll(".chart:first-child .raw").length),
        2,
      );
      equal(await same(page), train.identical(240, 240));
      for (const wrong of ["1 x", "", "0 1 2 3 4 5", "-1", "1.5"]) {
        await page.set("#train .seeds input", wrong);
        await press(page, train.again);
        const read = () => page.text("#train .complaint");
        equal(await page.become(read, (text) => text === train.badSeeds), train.badSeeds, wrong);
      }
    },
  },
  {
    name: "Train: the label of a long name is whole, and the table has the names of its parts",
    browsers: ["chromium"],
    async run(page, env) {
      const { train } = env.en;
      await page.open(env.at("plain", raceOf("gn%3A2%2Bws")));
      await press(page, train.run);
      const label = await page.become(
        () => page.text("#train .chart .label"),
        (text) => /^gn:2\+ws \d+ %$/.test(text),
      );
      match(label, /^gn:2\+ws \d+ %$/);
      const [end, edge] = await page.evaluate(() =>
        ["#train .chart .label", "#train .chart svg"].map(
          (each) => document.querySelector(each).getBoundingClientRect().right,
        ),
      );
      ok(end <= edge, `${end} of ${edge}`);
      const { gn, ws } = env.en.methods;
      equal(await page.text("#train .lanes th .what"), `${gn.title} + ${ws.title}`);
      await press(page, train.stop);
      await all(page, train.status.stopped);
    },
  },
  {
    name: "Train: paused it stands, a step is one step, and it goes on to the recorded end",
    async run(page, env) {
      const { train } = env.zh;
      await page.open(env.at("plain", `zh/${raceOf("bn")}`));
      await press(page, train.run);
      await reaches(page, 12);
      await press(page, train.pause);
      await page.become(
        () => lanes(page),
        ([row]) => row.status === train.status.paused,
      );
      await new Promise((resolve) => setTimeout(resolve, 400));
      const [before] = await lanes(page);
      await new Promise((resolve) => setTimeout(resolve, 700));
      equal((await lanes(page))[0].step, before.step);
      for (let i = 1; i <= 3; i++) {
        await press(page, train.step);
        const [now] = await page.become(
          () => lanes(page),
          ([row]) => row.step === before.step + i,
        );
        equal(now.step, before.step + i);
      }
      await press(page, train.resume);
      await all(page, train.status.done);
      equal(await same(page), train.identical(240, 240));
    },
  },
  {
    name: "Train: left in the middle, it goes on to the recorded end",
    async run(page, env) {
      const { train } = env.en;
      await page.open(env.at("plain", raceOf("gn")));
      await press(page, train.run);
      await reaches(page, 60);
      await page.open(env.at("plain", raceOf("gn")));
      match(await page.until(() => document.querySelector("#train .notice")?.textContent), /left/);
      await press(page, train.goOn);
      const [first] = await reaches(page, 40);
      ok(first.step >= 40, `went on at ${first.step}`);
      await all(page, train.status.done);
      equal(await same(page), train.identical(240, 240));
      await page.open(env.at("plain"));
      await new Promise((resolve) => setTimeout(resolve, 500));
      equal(await page.text("#train .notice"), null);
    },
  },
  {
    name: "Train: what one tab goes on with, another one that was offered it too leaves alone",
    browsers: ["chromium"],
    async run(page, env) {
      const { train } = env.en;
      const address = env.at("plain", raceOf("gn"));
      await page.open(address);
      await press(page, train.run);
      await reaches(page, 60);
      await page.open(address);
      await page.until(() => document.querySelector("#train .notice.left") !== null);
      // the other tab is of this page's making, and its notice comes before the race goes on here
      const inOther = (work, ...args) =>
        page.evaluate(
          `(...args) => (${work})(window.other.document.querySelector("#train"), ...args)`,
          ...args,
        );
      await page.evaluate((address) => {
        window.other = window.open(address);
      }, address);
      const offered = () => inOther((train) => train?.querySelector(".notice.left") != null);
      ok(await page.become(offered, Boolean));
      await press(page, train.goOn);
      await reaches(page, 70);
      await inOther((train, name) => {
        [...train.querySelectorAll("button")].find((each) => each.textContent === name).click();
      }, train.dismiss);
      const said = () => inOther((train) => train.querySelector(".notice")?.textContent);
      equal(await page.become(said, (text) => text === train.elsewhere), train.elsewhere);
      await page.evaluate(() => window.other.close());
      await page.open(address);
      await press(page, train.goOn);
      const [first] = await reaches(page, 40);
      ok(first.step >= 40, `went on at ${first.step}`);
      await all(page, train.status.done);
      equal(await same(page), train.identical(240, 240));
    },
  },
  {
    name: "Train: a learning rate changed on the way, left and gone on, gives what one run gives",
    async run(page, env) {
      const { train } = env.en;
      await page.open(env.at("plain", raceOf("ln")));
      await press(page, train.run);
      await reaches(page, 50);
      await page.evaluate(() => {
        const slider = document.querySelector("#train .slider input");
        slider.value = Number(slider.value) + 2;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      });
      const rates = await page.until(() => {
        const { rates } = JSON.parse(localStorage.getItem("evenkeel-race") ?? "{}");
        return rates?.["ln 0"]?.length > 0 && rates["ln 0"];
      });
      equal(rates[0][1], 0.01);
      await reaches(page, rates[0][0] + 30);
      await page.open(env.at("plain", raceOf("ln")));
      await press(page, train.goOn);
      const [row] = await all(page, train.status.done);
      const run = await computed(env, "ln", rates);
      equal(row.loss, env.exact(env.lossOf(run)));
      equal(row.accuracy, env.percent(run.testAccuracy, " %"));
    },
  },
  {
    name: "Train: stopped, it keeps what it has shown and can be run again",
    async run(page, env) {
      const { train } = env.en;
      await page.open(env.at("isolated", raceOf("bn+gn")));
      await press(page, train.run);
      await reaches(page, 20);
      await press(page, train.stop);
      await all(page, train.status.stopped);
      const [{ step }] = await lanes(page);
      ok(step >= 20 && step < 240, `stopped at ${step}`);
      await press(page, train.again);
      await page.become(
        () => lanes(page),
        ([row]) => row.step > 0 && row.step < step,
      );
      await press(page, train.stop);
      await all(page, train.status.stopped);
    },
  },
  {
    name: "Train: a worker that ends without a word is replaced, and no loss differs",
    browsers: ["chromium"],
    async run(page, env) {
      await watch(page);
      await page.open(env.at("plain", raceOf("bn")));
      await press(page, env.en.train.run);
      await reaches(page, 90);
      await page.evaluate(() => window.workers.at(-1).terminate());
      await all(page, env.en.train.status.done);
      equal(await same(page), env.en.train.identical(240, 240));
    },
  },
  {
    name: "Train: 50 starts and stops leave the workers as they were",
    browsers: ["chromium"],
    async run(page, env) {
      const { train } = env.en;
      await watch(page);
      await page.open(env.at("plain", raceOf("bn+gn")));
      await press(page, train.run);
      await reaches(page, 1);
      const workers = await page.evaluate(() => window.workers.length);
      for (let i = 0; i < 50; i++) {
        await press(page, train.stop);
        await press(page, train.again);
      }
      await reaches(page, 5);
      await press(page, train.stop);
      await all(page, train.status.stopped);
      equal(await page.evaluate(() => window.workers.length), workers);
    },
  },
  {
    name: "Train: workers speak 21 times a second at most, and it is drawn 11 times",
    browsers: ["chromium"],
    async run(page, env) {
      await watch(page);
      await page.open(env.at("plain", raceOf("bn")));
      await press(page, env.en.train.run);
      await reaches(page, 5);
      const [messages, drawings, seconds] = await page.evaluate(async () => {
        let drawings = 0;
        const observer = new MutationObserver(() => drawings++);
        const chart = document.querySelector("#train .chart svg");
        observer.observe(chart, { attributes: true, childList: true, subtree: true });
        const [before, start] = [window.messages, performance.now()];
        await new Promise((resolve) => setTimeout(resolve, 2000));
        return [window.messages - before, drawings, (performance.now() - start) / 1000];
      });
      ok(messages > 0 && messages <= 21 * seconds, `${messages} messages in ${seconds} s`);
      ok(drawings > 0 && drawings <= 11 * seconds, `${drawings} drawings in ${seconds} s`);
    },
  },
  {
    name: "Train: specs that cannot be are refused at the field, in the visitor's language",
    async run(page, env) {
      for (const [path, { train, common }] of env.languages) {
        await page.open(env.at("plain", path));
        const before = await lanes(page);
        const cases = [
          ["gn:7", common.refused.divides("gn:7", "8")],
          ["foo", common.refused.unknownNorm("foo")],
          ["bn:2", common.refused.noNumber("bn:2")],
          ["revin", common.refused.alone("revin")],
          [" ", train.noNorms],
          ["a b c d e f g h i", train.tooMany],
        ];
        for (const [norms, sentence] of cases) {
          await page.set("#train .norms input", norms);
          await press(page, train.run);
          const read = () => page.text("#train .complaint");
          equal(await page.become(read, (text) => text === sentence), sentence);
        }
        deepEqual(await lanes(page), before);
      }
    },
  },
  {
    name: "Train: Enter begins a race, but not while it ends a word of an input method",
    browsers: ["chromium"],
    async run(page, env) {
      const { train } = env.zh;
      await page.open(env.at("plain", `zh/${raceOf("bn")}`));
      const enter = (isComposing) =>
        page.evaluate((isComposing) => {
          const field = document.querySelector("#train .norms input");
          const event = { key: "Enter", bubbles: true, isComposing };
          field.dispatchEvent(new KeyboardEvent("keydown", event));
        }, isComposing);
      await enter(true);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      equal((await lanes(page))[0].status, train.recorded);
      await enter(false);
      await reaches(page, 5);
      await press(page, train.stop);
      await all(page, train.status.stopped);
    },
  },
  {
    name: "Train: a file that is dropped beside the field does not take the place of the page",
    browsers: ["chromium"],
    async run(page, env) {
      await page.open(env.at("plain"));
      const isKept = (type, hasFile) =>
        page.evaluate(
          (type, hasFile) => {
            const dataTransfer = new DataTransfer();
            if (hasFile) dataTransfer.items.add(new File(["a"], "a.bin"));
            else dataTransfer.setData("text/plain", "bn");
            const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
            document.querySelector("main").dispatchEvent(event);
            return event.defaultPrevented;
          },
          type,
          hasFile,
        );
      deepEqual([await isKept("dragover", true), await isKept("drop", true)], [true, true]);
      deepEqual([await isKept("dragover", false), await isKept("drop", false)], [false, false]);
      equal(await page.text("#train .drop .complaint"), null);
    },
  },
  {
    name: "Train: files that are none of CIFAR-10 are refused, and a right one is trained on",
    async run(page, env) {
      for (const [path, { train }] of env.languages) {
        await page.open(env.at("plain", path));
        const { refused } = train;
        const cases = [
          ["short.bin", pictures(2).subarray(0, 5000), refused.records("short.bin")],
          ["empty.bin", [], refused.empty("empty.bin")],
          ["label.bin", pictures(8, () => 77), refused.label("label.bin")],
          ["few.bin", pictures(3), refused.few("few.bin")],
          ["torn.tar.gz", [0x1f, 0x8b, 1, 2, 3], refused.archive("torn.tar.gz")],
        ];
        for (const [name, bytes, sentence] of cases) {
          await choose(page, name, bytes);
          const read = () => page.text("#train .drop .complaint");
          equal(await page.become(read, (text) => text === sentence), sentence);
        }
      }
      const { train } = env.zh;
      const [value, isShown] = await page.evaluate(() => {
        const input = document.querySelector("#train input[type=file]");
        return [input.value, input.checkVisibility()];
      });
      equal(value, "", "the same file may be chosen again");
      equal(isShown, false, "its words are the browser's, not the page's");
      equal(await page.text("#train .drop button"), train.chooseFile);
      await choose(page, "own.bin", pictures(30));
      const using = train.using("own.bin", 24, 6);
      await page.become(
        () => page.text("#train .drop"),
        (text) => text.includes(using),
      );
      ok((await page.text("#train .drop")).includes(using));
      equal(await page.text("#train .drop .complaint"), null);
      await page.set("#train .norms input", "bn");
      await press(page, train.run);
      await reaches(page, 80);
      equal(await same(page), null);
      await press(page, train.stop);
      await all(page, train.status.stopped);
      const names = () =>
        page.evaluate(() =>
          [...document.querySelectorAll("#train figcaption")].map(({ textContent }) => textContent),
        );
      const right = train.classes.cifar.slice(4);
      await page.become(names, ({ length }) => length > 0);
      deepEqual(await names(), right);
      await press(page, train.useDrawn);
      await new Promise((resolve) => setTimeout(resolve, 300));
      deepEqual(await names(), right, "pictures of another race");
    },
  },
  {
    name: "Train: where nothing can be saved it says so, and runs",
    async run(page, env) {
      page.expected.push(/checkpointDatabase/);
      for (const [path, { train }] of env.languages) {
        await page.open(env.at("no-database", path + raceOf("bn")));
        await press(page, train.run);
        await reaches(page, 50);
        const hint = await page.until(() => document.querySelector("#train > .hint")?.textContent);
        equal(hint, train.unsaved(false));
        await press(page, train.stop);
        await all(page, train.status.stopped);
      }
    },
  },
];

/** Whole races need their time where cores are slow or shared. */
export const tests = races.map((test) => ({ limit: 180_000, ...test }));
