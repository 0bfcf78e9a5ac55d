// npm run page:record: trains the page's race and what the laboratory shows first, and writes them into src/page.
import { writeFileSync } from "node:fs";
import { compare } from "../../src/experiments/compare.js";
import { raceData, raceSettings, recordOf } from "../../src/page/preset-races.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { recordedPlace, recordedStyle } from "./record-lab.js";

const runtime = await createRuntime({ threads: 1, deterministic: true });
const events = compare(raceData(), raceSettings, { runtime });
for (;;) {
  const { done, value } = await events.next();
  if (done) {
    writeFileSync("src/page/recorded.json", `${JSON.stringify(recordOf(value.runs), null, 2)}\n`);
    break;
  }
  if (value.type === "evaluate")
    console.log(`${value.norm}, step ${value.step}: ${(100 * value.testAccuracy).toFixed(1)} %`);
}
const records = { place: await recordedPlace(runtime), style: await recordedStyle(runtime) };
for (const [section, record] of Object.entries(records))
  writeFileSync(`src/page/lab/${section}/recorded.json`, `${JSON.stringify(record, null, 2)}\n`);
runtime.close();
