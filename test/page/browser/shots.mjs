// npm run shots: pictures of every section in both languages and themes on a phone, a tablet, a desk and a large
// screen, by Chromium, into build/shots/. A long run, for eyes: nothing is compared. --section <see,…> --width <360,…>
import { mkdir } from "node:fs/promises";
import { parseArgs } from "node:util";
import * as chromium from "./chromium.mjs";
import { prepare } from "./env.mjs";

const list = { type: "string" };
const { values } = parseArgs({ options: { section: list, width: list } });
const widths = (values.width ?? "360,768,1280,2560").split(",").map(Number);
const folder = "build/shots";

const path = chromium.find();
if (!path) throw new Error(`${chromium.name} is not installed (apt: ${chromium.packages})`);
await mkdir(folder, { recursive: true });
const env = await prepare();
const sections = values.section?.split(",") ?? Object.values(env.documents).flat();
const browser = await chromium.launch(path);
let count = 0;
try {
  for (const [language, texts] of env.languages)
    for (const colorScheme of ["light", "dark"]) {
      const page = await browser.newPage();
      await page.emulate({ colorScheme, reducedMotion: "reduce" });
      const { language: name } = texts.common;
      for (const width of widths) {
        await page.size(width, 900);
        for (const document of Object.keys(env.documents)) {
          const own = sections.filter((section) => env.homeOf(section) === document);
          if (own.length === 0) continue;
          await page.open(env.at("plain", env.folderOf(document, language ? "zh" : "en")));
          const file = `${folder}/${name}-${colorScheme}-${width}`;
          await page.screenshot(`${file}-${document}.png`);
          for (const section of own) await page.screenshot(`${file}-${section}.png`, `#${section}`);
          count += 1 + own.length;
        }
      }
      await page.close();
    }
} finally {
  await browser.close();
  env.close();
}
console.log(`${count} pictures in ${folder}/`);
