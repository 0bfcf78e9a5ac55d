// Runs in Node while the page is built: computes what stands in the page before any script runs.
import { influence } from "../experiments/influence.js";
import { sight } from "../experiments/see.js";
import { createRuntime } from "../runtime/create-runtime.js";
import type { PageData } from "./model.js";
import { defaults } from "./state.js";

export { documentOf, inScript, languages } from "./document.js";

export async function firstData(formulas: PageData["formulas"]): Promise<PageData> {
  const runtime = await createRuntime({ threads: 1, deterministic: true });
  try {
    const { method, samples, channels, positions } = defaults;
    const shape = [samples, channels, 1, positions] as const;
    const rows = influence({}, { runtime });
    for (;;) {
      const { done, value } = await rows.next();
      if (done)
        return { formulas, sight: sight({ norm: method, shape }, runtime), influence: value.rows };
    }
  } finally {
    runtime.close();
  }
}

export { methodDescriptions } from "../experiments/methods/descriptions.js";
