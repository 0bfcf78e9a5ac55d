// npm run shots: pictures of every section in both languages and themes on a phone, a tablet, a desk and a large
// screen, by Chromium, into build/shots/. A long run, for eyes: nothing is compared. --section <see,…> --width <360,…>
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import * as chromium from "./chromium.mjs";
import { prepare } from "./env.mjs";

const list = { type: "string" };
const { values } = parseArgs({ options: { section: list, width: list } });
const sections = (values.section ?? "see,break,train,choose").split(",");
const widths = (values.width ?? "360,768,1280,2560").split(",").map(Number);
const folder = "build/shots";

const path = chromium.find();
if (!path) throw new Error(`${chromium.name} is not installed (apt: ${chromium.packages})`);
await mkdir(folder, { recursive: true });
const env = await prepare();
const browser = await chromium.launch(path);
let count = 0;
try {
  for (const [language, texts] of env.languages)
    for (const colorScheme of ["light", "dark"]) {
      const page = await browser.newPage();
      await page.emulate({ colorScheme, reducedMotion: "reduce" });
      for (const width of widths) {
        await page.size(width, 900);
        await page.open(env.at("plain", language));
        const name = `${folder}/${texts.common.language}-${colorScheme}-${width}`;
        await page.screenshot(`${name}.png`);
        for (const section of sections)
          await page.screenshot(`${name}-${section}.png`, `#${section}`);
        count += 1 + sections.length;
      }
      await page.close();
    }
} finally {
  await browser.close();
  env.close();
}
console.log(`${count} pictures in ${folder}/`);
