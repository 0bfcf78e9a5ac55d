// The part of the engine for the section Padding.
import { type PaddingConfig, type PaddingResult, padding } from "../../../experiments/padding.js";
import type { Runtime } from "../../../runtime/runtime.js";

export { Session } from "../session.js"; // a part that has all of the core leaves it in one piece, which packs better

export async function padded(
  settings: Partial<PaddingConfig>,
  runtime: Runtime,
): Promise<PaddingResult> {
  const run = padding(settings, { runtime });
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value;
  }
}
