// Runs in Node while the page is built: computes what stands in the page before any script runs.
import { corrections } from "../experiments/corrections.js";
import { influence } from "../experiments/influence.js";
import { sight } from "../experiments/see.js";
import { createRuntime } from "../runtime/create-runtime.js";
import { App } from "./app.js";
import { breakage } from "./breakage.js";
import { Lab } from "./lab/app.js";
import { type LabData, labData } from "./lab/data.js";
import { corrected } from "./lab/parts/tutorials.js";
import type { PageData } from "./model.js";
import { allReady } from "./parts/late.js";
import { defaults } from "./state.js";
import { en } from "./text/en/index.js";
import { en as enLab } from "./text/en/lab/index.js";
import { en as enTools } from "./text/en/tools/index.js";
import { zh } from "./text/zh/index.js";
import { zh as zhLab } from "./text/zh/lab/index.js";
import { zh as zhTools } from "./text/zh/tools/index.js";
import { Tools } from "./tools/app.js";
import { type ToolsData, toolsData } from "./tools/data.js";
import { Whole } from "./whole.js";

export { documentOf, inScript, plain } from "./document.js";
export { folderOf, placesOf, upFrom } from "./places.js";

/** The documents that are files of their own, and all of them in one. */
export const pages = {
  main: { Document: App, languages: { en, zh } },
  lab: { Document: Lab, languages: { en: enLab, zh: zhLab } },
  tools: { Document: Tools, languages: { en: enTools, zh: zhTools } },
  whole: {
    Document: Whole,
    languages: { en: { ...en, ...enLab, ...enTools }, zh: { ...zh, ...zhLab, ...zhTools } },
  },
} as const;

/** What stands in the documents before any script runs. */
export async function firstData(
  formulas: PageData["formulas"],
): Promise<{ main: PageData; lab: LabData; tools: ToolsData }> {
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
      if (!done) continue;
      const main = { formulas, sight: first, influence: value.rows, disturbed };
      return { main, lab: await labData(runtime), tools: toolsData() };
    }
  } finally {
    runtime.close();
  }
}

export { tree } from "../experiments/choose-tree.js";
export { methodDescriptions } from "../experiments/methods/descriptions.js";

/** The corrections that the laboratory shows. */
export const shownCorrections = corrections.filter(({ shownBy }) =>
  shownBy.some((experiment) => corrected.some((each) => each === experiment)),
);
