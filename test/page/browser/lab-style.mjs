// The section Style: pictures of the visitor's own, the line between before and after, what is refused.
import { deepEqual, equal, ok } from "node:assert/strict";
import { alive, hints, press, says, slide, watch } from "./lab-run.mjs";

/** The pixels of a canvas of the section as red, green, blue, or null while it is not drawn. */
const pixels = (page, index) =>
  page.evaluate((index) => {
    const canvas = document.querySelectorAll("#style canvas")[index];
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const rgb = [...data].filter((_, i) => i % 4 < 3);
    return data[3] === 0 ? null : { width, height, rgb };
  }, index);

/** Gives a file, made by the page, to one of the two fields. `make` runs there and returns parts of a Blob. */
const give = (page, index, name, make, ...args) =>
  page.evaluate(
    async (index, name, make, args) => {
      const parts = await new Function(`return (${make})`)()(...args);
      const files = new DataTransfer();
      files.items.add(new File(parts, name));
      const input = document.querySelectorAll("#style input[type=file]")[index];
      input.files = files.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    },
    index,
    name,
    String(make),
    args,
  );

/** A file of two colours, red on the left, made in the page by a canvas. */
async function painted(type, width, height, orientation) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.fillStyle = "#0000ff";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#ff0000";
  context.fillRect(0, 0, width / 2, height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type));
  if (!orientation) return [blob];
  // how the camera was held, in a segment behind the first two bytes of a JPEG file
  const tiff = [
    0x49,
    0x49,
    42,
    0,
    8,
    0,
    0,
    0,
    1,
    0,
    0x12,
    1,
    3,
    0,
    1,
    0,
    0,
    0,
    orientation,
    0,
    0,
    0,
  ];
  const body = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff, 0, 0, 0, 0];
  const segment = [0xff, 0xe1, 0, body.length + 2, ...body];
  return [blob.slice(0, 2), new Uint8Array(segment), blob.slice(2)];
}

const complaints = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("#style .complaint")].map((each) => each.textContent),
  );

const open = async (page, env, [path]) => {
  await page.open(env.at("plain", `${path}#style`));
  ok(await page.become(() => pixels(page, 2), Boolean), "no picture");
};

export const tests = [
  {
    name: "lab: AdaIN stands there at once, the library's; the line is moved by slider, keys and pointer",
    async run(page, env) {
      const [, lab] = env.labs;
      await open(page, env, lab);
      const { harbour, brushwork } = env.experiments;
      const settings = { norms: [], fullSize: false };
      const computed = await env.computed("style", harbour(160), brushwork(160), settings);
      const { oneShot, content } = computed.result;
      await slide(page, "style", lab[1].style.split, 100);
      const whole = async ({ rgb }, why) => {
        const right = (now) => now && String(now.rgb) === String(rgb);
        ok(right(await page.become(() => pixels(page, 2), right, 5000)), why);
      };
      await whole({ rgb: Array.from(oneShot.picture.rgb) }, "the whole picture is repainted");
      await slide(page, "style", lab[1].style.split, 1);
      await page.evaluate(() => document.querySelector("#style .result input").focus());
      await page.press("Home");
      const right = (now) => now && now.rgb.slice(-30).join() === content.rgb.slice(-30).join();
      ok(right(await page.become(() => pixels(page, 2), right, 5000)), "nothing is repainted");
      if (page.browser !== "Chromium") return;
      await page.drag("#style .result canvas", [[0, 0], [60, 0]]); // biome-ignore format: two points
      const value = Number(
        await page.evaluate(() => document.querySelector("#style .result input").value),
      );
      ok(value > 50 && value < 80, `the line is at ${value}`);
    },
  },
  {
    name: "lab: pictures of one's own, upright, and what is refused",
    browsers: ["chromium"],
    async run(page, env) {
      for (const [i, lab] of env.labs.entries()) {
        const { refused, useDrawn } = lab[1].style;
        await open(page, env, lab);
        const first = await pixels(page, 0);
        const [recorded] = await hints(page, "style");
        const refuses = async (name, make, sentence, ...args) => {
          await give(page, i, name, make, ...args);
          const right = (all) => all.length === 1 && all[0] === sentence;
          deepEqual(await page.become(() => complaints(page), right, 8000), [sentence]);
        };
        await refuses("a.png", () => ["no picture"], refused.unreadable("a.png"));
        await refuses("b.png", painted, refused.narrow("b.png"), "image/png", 400, 90);
        await refuses("c.jpg", () => [new Uint8Array(50e6 + 1)], refused.huge("c.jpg"));
        deepEqual(await pixels(page, 0), first); // nothing is lost
        for (const [type, width, height, orientation, sides] of [
          ["image/png", 320, 200, 0, [160, 100]],
          ["image/webp", 100, 100, 0, [100, 100]],
          ["image/jpeg", 320, 200, 6, [100, 160]],
        ]) {
          await give(page, 0, "own", painted, type, width, height, orientation);
          const right = (now) => now?.width === sides[0] && now.height === sides[1];
          const now = await page.become(() => pixels(page, 0), right, 8000);
          deepEqual([now.width, now.height], sides, type);
          const [red, , blue] = now.rgb; // at the top left
          ok(red > 240 && blue < 15, `${type}: ${now.rgb.slice(0, 3)}`);
          const last = now.rgb.slice(-3);
          ok(last[2] > 240 && last[0] < 15, `${type}: ${last}`);
        }
        // turned by a quarter, red is above: the top right is red too
        const { width, rgb } = await pixels(page, 0);
        ok(rgb[3 * (width - 1)] > 240, "not upright");
        if (i === 0) deepEqual(await complaints(page), []);
        // what is recorded is of other pictures
        const { told, lossOf, painters } = lab[1].style;
        const unknown = ["in", "bn"].map((norm) => lossOf(painters[norm], "–"));
        await says(page, "style", told(unknown.join(lab[1].lab.comma)), 2000);
        await press(page, "style", useDrawn);
        await says(page, "style", recorded, 2000);
        const isDrawn = (now) => String(now?.rgb) === String(first.rgb);
        ok(isDrawn(await page.become(() => pixels(page, 0), isDrawn, 8000)), "not drawn again");
      }
    },
  },
  {
    name: "lab: nets repaint, the weight acts on the way, the picture is saved as PNG",
    browsers: ["chromium"],
    async run(page, env) {
      const [, { style, lab }] = env.labs[0];
      await watch(page);
      await open(page, env, env.labs[0]);
      await slide(page, "style", style.weight, 8);
      await press(page, "style", lab.run);
      await says(page, "style", (text) => /instance norm 0\.\d+, batch norm 0\.\d+/.test(text));
      const isChosen = () =>
        page.evaluate(() => document.querySelector("#style [value=in]").checked);
      ok(await page.become(isChosen, Boolean), "the net in training is not shown");
      await slide(page, "style", style.weight, 0);
      const save = () =>
        page.evaluate(() => {
          const button = [...document.querySelectorAll("#style .result button")].at(-1);
          return !button.disabled;
        });
      ok(await page.become(save, Boolean, 60_000), "no picture on the way");
      await press(page, "style", lab.stop);
      equal(await alive(page), 1);
      await page.evaluate(() => {
        const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => {
          window.saved = blob;
          return make(blob);
        };
        HTMLAnchorElement.prototype.click = function () {
          window.savedAs = this.download;
        };
      });
      await press(page, "style", style.save);
      const file = await page.become(
        () =>
          page.evaluate(async () => {
            if (!window.savedAs) return null;
            const { width, height } = await createImageBitmap(window.saved);
            return [window.savedAs, window.saved.type, width, height];
          }),
        Boolean,
      );
      deepEqual(file, ["evenkeel-in.png", "image/png", 160, 160]);
    },
  },
];
