// The runs that sections of the laboratory show before any other.
import { run as train } from "../../src/page/engine/lab/place.js";
import { run as paint } from "../../src/page/engine/lab/style.js";
import * as place from "../../src/page/lab/place/nets.js";
import * as style from "../../src/page/lab/style/nets.js";
import { defaults } from "../../src/page/state.js";
import type { Runtime } from "../../src/runtime/runtime.js";

async function resultOf<R>(run: AsyncGenerator<unknown, R>): Promise<R> {
  for (;;) {
    const { done, value } = await run.next();
    if (done) return value;
  }
}

export async function recordedPlace(
  runtime: Runtime,
): Promise<ReturnType<typeof place.recordOf>[]> {
  const runs = await resultOf(train(undefined, place.placeSettings(defaults), { runtime }));
  return runs.map(place.recordOf);
}

export async function recordedStyle(
  runtime: Runtime,
): Promise<ReturnType<typeof style.recordOf>[]> {
  const settings = style.styleSettings(defaults.styleWeight);
  return (await resultOf(paint({}, settings, { runtime }))).map(style.recordOf);
}
