import { equal } from "node:assert/strict";
import { showsSight } from "./figures.mjs";

export const tests = [
  {
    name: "smoke: both languages open, and a call is answered",
    browsers: ["webkit"],
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", path));
        equal(await page.evaluate(() => document.title), texts.common.title);
        await page.set("#see select", "ln");
        await showsSight(page, env, env.sight({ norm: "ln", shape: [4, 6, 1, 4] }), 8, texts);
      }
      await page.open(env.file);
      await page.set("#see select", "gn");
      await showsSight(page, env, env.sight({ norm: "gn", shape: [4, 6, 1, 4] }), 8);
    },
  },
];
