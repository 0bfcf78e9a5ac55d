// Runs in Node while the page is built: computes what stands in the page before any script runs.
import { influence } from "../experiments/influence.js";
import { sight } from "../experiments/see.js";
import { createRuntime } from "../runtime/create-runtime.js";
import { allReady } from "./app.js";
import { breakage } from "./breakage.js";
import type { PageData } from "./model.js";
import { defaults } from "./state.js";

export { documentOf, inScript, languages } from "./document.js";

export async function firstData(formulas: PageData["formulas"]): Promise<PageData> {
  await allReady();
  const runtime = await createRuntime({ threads: 1, deterministic: true });
  try {
    const { method, samples, channels, positions } = defaults;
    const shape = [samples, channels, 1, positions] as const;
    const first = sight({ norm: method, shape }, runtime);
    const { args } = breakage(first, defaults);
    const disturbed = sight(args, runtime).output;
    const rows = influence({}, { runtime });
    for (;;) {
      const { done, value } = await rows.next();
      if (done) return { formulas, sight: first, influence: value.rows, disturbed };
    }
  } finally {
    runtime.close();
  }
}

export { tree } from "../experiments/choose-tree.js";
export { methodDescriptions } from "../experiments/methods/descriptions.js";
