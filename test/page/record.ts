// npm run page:record: trains the page's races and what the laboratory shows first, and writes them into src/page.
import { writeFileSync } from "node:fs";
import { compare } from "../../src/experiments/compare.js";
import type { CompareResult } from "../../src/experiments/compare-types.js";
import { POINTS, presetSettings, raceData, recordOf } from "../../src/page/preset-races.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { recordedPlace, recordedStyle } from "./record-lab.js";

const runtime = await createRuntime({ threads: 1, deterministic: true });

async function trained(preset: keyof typeof presetSettings): Promise<CompareResult> {
  const events = compare(raceData(), presetSettings[preset], { runtime });
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value;
    if (value.type === "evaluate")
      console.log(
        `${preset}, ${value.norm}, step ${value.step}: ${(100 * value.testAccuracy).toFixed(1)} %`,
      );
  }
}

const write = (name: string, record: object) =>
  writeFileSync(`src/page/${name}.json`, `${JSON.stringify(record, null, 2)}\n`);

write("recorded", recordOf((await trained("default")).runs));
const small: Record<string, object> = {};
for (const preset of ["batch2", "batch1"] as const) {
  const { steps, batchSize } = presetSettings[preset];
  small[preset] = recordOf((await trained(preset)).runs, steps / POINTS, batchSize);
}
write("recorded-small", small);
write("lab/place/recorded", await recordedPlace(runtime));
write("lab/style/recorded", await recordedStyle(runtime));
runtime.close();
