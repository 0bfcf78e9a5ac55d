import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { lever, shown, showsSight } from "./figures.mjs";

const hash = (page) => page.evaluate(() => location.hash);
const notice = (page) => page.text("main > .notice[role=status]");

/** Everything that the visitor has chosen in See, as it is drawn. */
const levers = (page) =>
  page.evaluate(() => {
    const fields = [...document.querySelectorAll("#see select, #see input, #see textarea")];
    return fields.map(({ type, value, checked }) => (type === "radio" ? checked : value));
  });

/** A sight that differs from the usual one in everything that a link keeps. */
async function chooseMuch(page, env, texts = env.en) {
  const { see } = texts;
  await page.set("#see select", "gn");
  await lever(page, see.samples, "3");
  await lever(page, see.positions, "9");
  await lever(page, see.number.group, "3");
  await page.evaluate(() => document.querySelector("#see input[value=evaluation]").click());
  await showsSight(page, env, env.sight(much), 0, texts); // then no cell moves away under the pointer
  await page.click("#see td[data-i='40']");
}
const much = { norm: "gn:3", shape: [3, 6, 1, 9], training: false };

export const tests = [
  {
    name: "links: what is chosen goes into the address, and a new page shows the same",
    async run(page, env) {
      await page.open(env.at("plain"));
      await chooseMuch(page, env);
      await showsSight(page, env, env.sight(much), 40);
      const link = await page.become(
        () => hash(page),
        (text) => text.includes("at=40"),
      );
      equal(link, "#see&v=1&method=gn&number=3&samples=3&positions=9&training=0&at=40");
      const before = [await shown(page), await levers(page)];
      await page.open(env.at("deep", link));
      await showsSight(page, env, env.sight(much), 40);
      deepEqual([await shown(page), await levers(page)], before);
      equal(await notice(page), null);
    },
  },
  {
    name: "links: the button says whether the link was copied",
    browsers: ["chromium"],
    async run(page, env) {
      for (const [path, { common }] of env.languages) {
        await page.open(env.at("plain", path));
        const clipboard = (work) =>
          page.evaluate((work) => {
            const writeText = (text) => {
              window.written = text;
              if (work === "refuse") throw new DOMException("no", "NotAllowedError");
            };
            const value = work === "none" ? undefined : { writeText };
            Object.defineProperty(navigator, "clipboard", { value, configurable: true });
          }, work);
        const button = "#train > header button";
        for (const [work, word] of [
          ["take", common.copied],
          ["refuse", common.notCopied],
          ["none", common.notCopied],
        ]) {
          await clipboard(work);
          await page.click(button);
          const said = () => page.text(button);
          equal(await page.become(said, (text) => text === word), word, work);
          if (work === "take") continue; // the next word is another one
          equal(await page.become(said, (text) => text === common.link), common.link);
        }
        match(await page.evaluate(() => window.written), /\/plain\/(zh\/)?#train$/);
      }
    },
  },
  {
    name: "links: in the single file what was refused is said in the language that was chosen",
    browsers: ["chromium"],
    async run(page, env) {
      await page.open(env.file);
      await page.set("#see .own textarea", "1 2 x");
      const press = (selector) =>
        page.evaluate((selector) => document.querySelector(selector).click(), selector);
      await press("#see .own button");
      await page.set("#train .norms input", "foo");
      await press("#train button.main");
      const { notNumbers, unknownNorm } = env.zh.common.refused;
      await page.become(() => page.text("#train .complaint"), Boolean);
      await press("a.language");
      for (const [selector, sentence] of [
        ["#see .own .complaint", notNumbers("x")],
        ["#train .complaint", unknownNorm("foo")],
      ])
        equal(
          await page.become(
            () => page.text(selector),
            (text) => text === sentence,
          ),
          sentence,
        );
    },
  },
  {
    name: "links: numbers of one's own go along",
    async run(page, env) {
      const values = [1.5, -2, 1e-7, 4, 3, 0.1];
      const own = { ...env.defaults, samples: 2, channels: 3, positions: 1, at: 4, own: values };
      await page.open(env.at("plain", env.writeHash(own, "see")));
      await showsSight(page, env, env.sight({ norm: "bn", shape: [2, 3, 1, 1], values }), 4);
      equal(
        await page.evaluate(() => document.querySelector(".own textarea").value),
        values.join(" "),
      );
    },
  },
  {
    name: "links: wrong ones are repaired, and the page says what was wrong",
    async run(page, env) {
      const usual = env.sight({ norm: "bn", shape: [4, 6, 1, 4] });
      for (const [wrong, names] of [
        ["#see&v=1&method=xn", ["method"]],
        ["#see&v=1&samples=99&channels=0&positions=1.5", ["samples", "channels", "positions"]],
        ["#see&v=2&method=bn", ["v"]],
        ["#nowhere", ["nowhere"]],
        ["#see&v=1&own=1+2+3", ["own"]],
        [
          "#see&v=1&own=a+b&training=2&__proto__=1&constructor=2",
          ["own", "training", "constructor"],
        ],
        ["#see&v=1&at=95&%zz=%", ["%zz"]],
        ["#choose&v=1&answers=task.cooking", ["answers"]],
        ["#choose&v=1&answers=task.vision+batch.few&width=3", ["width", "answers"]],
      ]) {
        await page.open(env.at("plain", wrong));
        const text = await page.become(
          () => notice(page),
          (text) => text?.includes(names.at(-1)),
        );
        for (const name of names) match(text ?? "", new RegExp(`[( ]${name}[,)]`), wrong);
        await showsSight(page, env, usual, wrong.includes("at=95") ? 95 : env.defaults.at);
      }
      await page.open(env.at("plain", "#nowhere"));
      await page.set("#see select", "ln");
      const isRight = (text) => text === "#see&v=1&method=ln";
      equal(await page.become(() => hash(page), isRight), "#see&v=1&method=ln");
      await page.open(env.at("plain", "zh/#see&v=1&method=xn"));
      match(await page.become(() => notice(page), Boolean), /（method）/);
    },
  },
  {
    name: "links: one that is opened on the page, and the way back, change what is shown",
    async run(page, env) {
      await page.open(env.at("plain"));
      const go = (hash) =>
        page.evaluate((hash) => {
          location.hash = hash;
        }, hash);
      await go("#see&v=1&method=ln&at=3");
      await showsSight(page, env, env.sight({ norm: "ln", shape: [4, 6, 1, 4] }), 3);
      await go("#see&v=1&method=in&at=5");
      await showsSight(page, env, env.sight({ norm: "in", shape: [4, 6, 1, 4] }), 5);
      await page.evaluate(() => history.back());
      await showsSight(page, env, env.sight({ norm: "ln", shape: [4, 6, 1, 4] }), 3);
      await go("#train");
      await showsSight(page, env, env.sight({ norm: "ln", shape: [4, 6, 1, 4] }), 3);
      const isSeen = () =>
        page.until(
          () => document.querySelector("#train h2").getBoundingClientRect().top < innerHeight,
        );
      equal(await isSeen(), true);
      equal(await hash(page), "#train&v=1&method=ln&at=3");
    },
  },
  {
    name: "links: one that is opened just when a change goes into the address is followed",
    async run(page, env) {
      await page.open(env.at("plain"));
      for (const [change, norm] of [
        ["gn", "ln"],
        ["rms", "in"],
      ]) {
        await page.evaluate(
          (change, hash) => {
            const select = document.querySelector("#see select");
            select.value = change;
            select.dispatchEvent(new Event("change", { bubbles: true }));
            const busy = () => {
              const start = performance.now();
              while (performance.now() < start + 200);
            };
            setTimeout(busy, 200); // after it both wait at once: the link, and the change
            return new Promise((resolve) =>
              setTimeout(() => {
                location.hash = hash;
                resolve();
              }, 250),
            );
          },
          change,
          `#see&v=1&method=${norm}`,
        );
        await showsSight(page, env, env.sight({ norm, shape: [4, 6, 1, 4] }), 8);
        equal(await hash(page), `#see&v=1&method=${norm}`);
      }
    },
  },
  {
    name: "links: the other language shows the same, and back",
    async run(page, env) {
      await page.open(env.at("plain"));
      await chooseMuch(page, env);
      await page.click("a.language");
      /** The language of a document that is there as a whole. */
      const language = () =>
        page.evaluate(() => {
          const isAlive = document.querySelector("#page[data-alive]") !== null;
          return isAlive ? document.documentElement.lang : "";
        });
      equal(await page.become(language, (lang) => lang === "zh-Hans"), "zh-Hans");
      equal(await page.evaluate(() => document.title), env.zh.common.documents.main.title);
      await showsSight(page, env, env.sight(much), 40, env.zh);
      await page.click("a.language");
      equal(await page.become(language, (lang) => lang === "en"), "en");
      await showsSight(page, env, env.sight(much), 40);
    },
  },
  {
    name: "links: the single file has both languages, and links of its own",
    async run(page, env) {
      await page.open(env.file);
      await chooseMuch(page, env);
      await showsSight(page, env, env.sight(much), 40);
      await page.click("a.language");
      await showsSight(page, env, env.sight(much), 40, env.zh);
      const [lang, title] = await page.evaluate(() => [
        document.documentElement.lang,
        document.title,
      ]);
      deepEqual([lang, title], ["zh-Hans", env.zh.common.documents.main.title]);
      const link = await page.become(
        () => hash(page),
        (text) => text.includes("at=40"),
      );
      notEqual(link, "");
      await page.open(env.file + link);
      await showsSight(page, env, env.sight(much), 40);
    },
  },
];
