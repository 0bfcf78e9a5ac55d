// The part of the engine for the section Style.
import { inTurn } from "../../../experiments/in-turn.js";
import { brushwork, harbour } from "../../../experiments/pictures.js";
import {
  type StyleConfig,
  type StyleEvent,
  type StyleOptions,
  type StyleRun,
  style,
} from "../../../experiments/style.js";
import type { Runtime } from "../../../runtime/runtime.js";
import type { OwnPictures, Painted } from "../protocol.js";

export { Session } from "../session.js"; // a part that has all of the core leaves it in one piece, which packs better

/** The side of drawn pictures, in pixels. */
const SIZE = 160;

const pictures = ({ content, style }: OwnPictures = {}) =>
  [content ?? harbour(SIZE), style ?? brushwork(SIZE)] as const;

/** Trains with all norms side by side. */
export async function* run(
  own: OwnPictures | undefined,
  { norms = [], ...settings }: Partial<StyleConfig>,
  options: StyleOptions,
): AsyncGenerator<StyleEvent, StyleRun[]> {
  const both = pictures(own);
  const results = yield* inTurn(
    norms.map((norm) => style(...both, { ...settings, norms: [norm] }, options)),
  );
  return results.flatMap(({ runs }) => runs);
}

/** Adaptive instance norm, without any training. */
export async function adain(own: OwnPictures, runtime: Runtime): Promise<Painted> {
  const painting = style(...pictures(own), { norms: [], fullSize: false }, { runtime });
  for (;;) {
    const { done, value } = await painting.next();
    if (!done) continue;
    const { content, style, oneShot } = value;
    const { picture: painted, style: styleLoss, content: contentLoss } = oneShot;
    return { content, style, painted, losses: { style: styleLoss, content: contentLoss } };
  }
}
