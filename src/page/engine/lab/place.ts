// The part of the engine for the section Place.
import { inTurn } from "../../../experiments/in-turn.js";
import {
  type TransformerConfig,
  type TransformerEvent,
  type TransformerOptions,
  type TransformerRun,
  transformer,
} from "../../../experiments/transformer.js";

export { Session } from "../session.js"; // a part that has all of the core leaves it in one piece, which packs better

/** Trains all variants side by side. `text` is the visitor's own; the logbook stands for none. */
export async function* run(
  text: string | undefined,
  { variants = [], ...settings }: Partial<TransformerConfig>,
  options: TransformerOptions,
): AsyncGenerator<TransformerEvent, TransformerRun[]> {
  const content = text ?? (await import("../../../experiments/logbook.js")).logbook;
  const results = yield* inTurn(
    variants.map((variant) =>
      transformer({ name: "", content }, { ...settings, variants: [variant] }, options),
    ),
  );
  return results.flatMap(({ runs }) => runs);
}
