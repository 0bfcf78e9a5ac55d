import { equal, match, ok } from "node:assert/strict";
import { expected, lever, shown, showsSight } from "./figures.mjs";

const SELECT = "#see select";
const shape = [4, 6, 1, 4];
const point = (page, index) =>
  page.evaluate((index) => {
    const cell = document.querySelector(`#see table.grid td[data-i="${index}"]`);
    cell.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  }, index);

export const tests = [
  {
    name: "See: every method shows what the library computes, or its refusal",
    async run(page, env) {
      await page.open(env.at("plain"));
      const names = env.methodDescriptions.flatMap(({ methods }) => methods.map((m) => m.name));
      const options = await page.evaluate(
        (select) => [...document.querySelectorAll(`${select} option`)].map(({ value }) => value),
        SELECT,
      );
      equal(options.join(), names.join());
      const refused = [];
      for (const norm of names) {
        await page.set(SELECT, norm);
        const sight = env.sight({ norm, shape });
        if (sight instanceof Error) {
          refused.push(norm);
          const sentence = await page.until(
            () => document.querySelector("#see .complaint")?.textContent,
          );
          ok(sentence.length > 20, `${norm}: ${sentence}`);
        } else
          await showsSight(page, env, sight, env.defaults.at).catch((error) => {
            throw new Error(`${norm}: ${error.message}`);
          });
        equal(
          (await page.text("#see .facts h3")).trim(),
          env.en.methods[norm].title,
          "the facts are of another method",
        );
      }
      ok(refused.length < 3, `refused: ${refused}`);
    },
  },
  {
    name: "See: pointing lights the members, in both tables and in the block",
    async run(page, env) {
      await page.open(env.at("plain", "zh/"));
      for (const norm of "bn ln in gn ln2d lrn ghost bin adalin layer-norm pn unit wn".split(" ")) {
        const sight = env.sight({ norm, shape });
        await page.set(SELECT, norm);
        for (const at of [0, 8, sight.input.length - 1]) {
          await point(page, at);
          await showsSight(page, env, sight, at, env.zh).catch((error) => {
            throw new Error(`${norm} at ${at}: ${error.message}`);
          });
        }
      }
    },
  },
  {
    name: "See: the pointer, a click and the block point too",
    async run(page, env) {
      await page.open(env.at("plain"));
      const sight = env.sight({ norm: "bn", shape });
      await page.point("#see table.grid td[data-i='44']");
      await showsSight(page, env, sight, 44);
      await page.click("#see table.grid td[data-i='70']");
      await showsSight(page, env, sight, 70);
      await page.evaluate(() => {
        const cell = document.querySelector("#see svg [data-i='3'] path");
        cell.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
      });
      await showsSight(page, env, sight, 3);
    },
  },
  {
    name: "See: arrow keys go from number to number, and stay at the edge",
    async run(page, env) {
      await page.open(env.at("plain"));
      const sight = env.sight({ norm: "gn", shape });
      await page.set(SELECT, "gn");
      await page.click("#see table.grid td[data-i='8']");
      const sides = { n: 4, c: 6, rows: 2, columns: 2 };
      const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      let at = 8;
      for (const key of [
        "ArrowRight",
        "ArrowDown",
        "ArrowDown",
        "ArrowLeft",
        ..."ArrowUp ".repeat(4).trim().split(" "),
      ]) {
        await page.press(key);
        at = env.moved(at, way[key], sides);
        await showsSight(page, env, sight, at);
        const focused = await page.evaluate(() => document.activeElement.dataset.i);
        equal(Number(focused), at, `${key}: the focus is elsewhere`);
      }
    },
  },
  {
    name: "See: in whatever order things are done, what is lit is right",
    async run(page, env) {
      await page.open(env.at("plain"));
      const now = { norm: "bn", samples: 4, positions: 4, training: true, at: env.defaults.at };
      let seed = 1;
      const any = (list) => {
        seed = (seed * 48271) % 2147483647;
        return list[seed % list.length];
      };
      const resize = async (side, label, value) => {
        if (now[side] === Number(value)) return;
        Object.assign(now, { [side]: Number(value), at: 0 });
        await lever(page, label, value);
      };
      const deeds = [
        async () => {
          now.norm = any(["bn", "ln", "in", "gn", "ln2d", "rms", "lrn", "none"]);
          await page.set(SELECT, now.norm);
        },
        () => resize("samples", env.en.see.samples, any(["2", "3", "5"])),
        () => resize("positions", env.en.see.positions, any(["2", "3", "6"])),
        async () => {
          now.training = !now.training;
          const mode = now.training ? "training" : "evaluation";
          await page.evaluate(
            (mode) => document.querySelector(`#see input[value=${mode}]`).click(),
            mode,
          );
        },
      ];
      for (let i = 0; i < 30; i++) {
        await any(deeds)();
        const cells = 2 * now.samples * 6 * now.positions;
        await page.until(
          (count) => document.querySelectorAll("#see table.grid td").length === count,
          cells,
        );
        for (let k = any([0, 1, 2]); k > 0; k--) {
          now.at = any(Array.from({ length: now.samples * 6 * now.positions }, (_, i) => i));
          await point(page, now.at);
        }
        const { norm, samples, positions, training, at } = now;
        const config = { norm, shape: [samples, 6, 1, positions], training };
        await showsSight(page, env, env.sight(config), at).catch((error) => {
          throw new Error(`${i}: ${JSON.stringify(now)}: ${error.message}`);
        });
      }
    },
  },
  {
    name: "See: nothing lit is pale",
    async run(page, env) {
      await page.open(env.at("plain"));
      for (const norm of ["bn", "ln", "in"])
        for (const at of [0, 50, 95]) {
          await page.set(SELECT, norm);
          await point(page, at);
          await showsSight(page, env, env.sight({ norm, shape }), at);
          const pale = await page.evaluate(() => {
            const opacity = (element) =>
              element ? getComputedStyle(element).opacity * opacity(element.parentElement) : 1;
            return [...document.querySelectorAll("#see .lit")].filter((e) => opacity(e) < 1).length;
          });
          equal(pale, 0);
        }
    },
  },
  {
    name: "See: numbers of one's own, right, too few, and no numbers",
    async run(page, env) {
      await page.open(env.at("plain"));
      const values = Array.from({ length: 96 }, (_, i) => ((i * 37) % 19) - 9.5);
      const use = async (text) => {
        await page.evaluate(() => {
          document.querySelector("#see details.more").open = true;
        });
        await page.set("#see .own textarea", text);
        await page.click("#see .own button");
      };
      const sentence = () => page.text("#see .own .complaint");
      await use(values.slice(1).join(" "));
      equal(await page.become(sentence, Boolean), env.en.common.refused.numbers(96, 95));
      await use(values.with(3, "x3").join("\n"));
      equal(
        await page.become(sentence, (text) => /x3/.test(text)),
        env.en.common.refused.notNumbers("x3"),
      );
      const drawn = env.sight({ norm: "bn", shape });
      await use(`[${values.map((value) => String(value).replace("-", "−")).join(", ")}]`);
      await showsSight(page, env, env.sight({ norm: "bn", shape, values }), env.defaults.at);
      await page.click("#see .own button.quiet");
      await showsSight(page, env, drawn, env.defaults.at);
    },
  },
  {
    name: "See: the levers: samples, channels, positions, groups, mode",
    async run(page, env) {
      await page.open(env.at("plain", "zh/#see"));
      const { see } = env.zh;
      await page.set(SELECT, "gn");
      await lever(page, see.samples, "2");
      await showsSight(page, env, env.sight({ norm: "gn", shape: [2, 6, 1, 4] }), 0, env.zh);
      await lever(page, see.channels, "8");
      await showsSight(page, env, env.sight({ norm: "gn", shape: [2, 8, 1, 4] }), 0, env.zh);
      await lever(page, see.positions, "6");
      await showsSight(page, env, env.sight({ norm: "gn", shape: [2, 8, 1, 6] }), 0, env.zh);
      await lever(page, see.number.group, "4");
      await showsSight(page, env, env.sight({ norm: "gn:4", shape: [2, 8, 1, 6] }), 0, env.zh);
      await lever(page, see.number.group, "3");
      match(await page.become(() => page.text("#see .complaint"), Boolean), /\p{Script=Han}/u);
      await page.set(SELECT, "bn");
      await showsSight(page, env, env.sight({ norm: "bn", shape: [2, 8, 1, 6] }), 0, env.zh);
      await page.evaluate(() =>
        document.querySelector("#see details .choice input[value=evaluation]").click(),
      );
      const config = { norm: "bn", shape: [2, 8, 1, 6], training: false };
      await showsSight(page, env, env.sight(config), 0, env.zh);
      await page.evaluate(() =>
        document.querySelector("#see details .choice input[value=training]").click(),
      );
      await lever(page, see.samples, "1");
      await lever(page, see.positions, "1");
      const { oneValue } = env.zh.common.refused;
      equal(await page.become(() => page.text("#see .complaint"), Boolean), oneValue);
    },
  },
  {
    name: "See: the pointer changes classes and no cell",
    async run(page, env) {
      await page.open(env.at("plain"));
      const sight = env.sight({ norm: "bn", shape });
      await showsSight(page, env, sight, 8);
      const changes = await page.evaluate(async () => {
        const cells = [...document.querySelectorAll("#see [data-i]")];
        const found = [];
        const watch = new MutationObserver((records) => found.push(...records));
        for (const root of document.querySelectorAll("#see table.grid, #see svg.cube"))
          watch.observe(root, {
            ...{ attributes: true, childList: true, characterData: true, subtree: true },
            characterDataOldValue: true,
          });
        const over = new PointerEvent("pointerover", { bubbles: true });
        for (const i of [9, 40, 95]) {
          document.querySelector(`#see td[data-i="${i}"]`).dispatchEvent(over);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        // Preact writes some texts anew that are the same
        const real = found.filter(
          ({ type, oldValue, target }) => type !== "characterData" || oldValue !== target.data,
        );
        const kinds = real.map(({ type, attributeName }) => attributeName ?? type);
        return {
          kinds: [...new Set(kinds)].sort(),
          count: real.length,
          same: cells.every((cell) => cell.isConnected),
        };
      });
      equal(changes.kinds.filter((kind) => !["class", "tabindex"].includes(kind)).join(), "");
      equal(changes.same, true);
      ok(changes.count < 600, `${changes.count} changes for three numbers`);
      equal((await shown(page)).lit[0].join(), expected(env, sight, 95).lit[0].join());
    },
  },
];
