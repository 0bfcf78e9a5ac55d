// npm run page:record: trains the page's race and the laboratory's Transformers, and writes them into src/page.
import { writeFileSync } from "node:fs";
import { compare } from "../../src/experiments/compare.js";
import { raceData, raceSettings, recordOf } from "../../src/page/preset-races.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { recordedPlace } from "./record-place.js";

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
const place = await recordedPlace(runtime);
writeFileSync("src/page/lab/place/recorded.json", `${JSON.stringify(place, null, 2)}\n`);
runtime.close();
