import { equal } from "node:assert/strict";
import { showsSight } from "./figures.mjs";
import { all, press, reaches, same } from "./train.mjs";

export const tests = [
  {
    name: "smoke: both languages open, and a call is answered",
    browsers: ["webkit"],
    async run(page, env) {
      for (const [path, texts] of env.languages) {
        await page.open(env.at("plain", path));
        equal(await page.evaluate(() => document.title), texts.common.documents.main.title);
        await page.set("#see select", "ln");
        await showsSight(page, env, env.sight({ norm: "ln", shape: [4, 6, 1, 4] }), 8, texts);
      }
      await page.open(env.file);
      await page.set("#see select", "gn");
      await showsSight(page, env, env.sight({ norm: "gn", shape: [4, 6, 1, 4] }), 8);
    },
  },
  {
    name: "smoke: a short run has the recorded losses",
    browsers: ["webkit"],
    async run(page, env) {
      const { train } = env.en;
      await page.open(env.at("plain", "#train&v=1&norms=bn"));
      await press(page, train.run);
      await reaches(page, 10);
      await press(page, train.stop);
      const [{ step }] = await all(page, train.status.stopped);
      equal(await same(page), train.identical(step, step));
    },
  },
];
