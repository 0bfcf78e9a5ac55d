// The laboratory without a browser: what it shows first, its curves, pictures, and the worker's side of experiments.
import { renderToString } from "preact-render-to-string";
import { expect, test, vi } from "vitest";
import { corrections } from "../../src/experiments/corrections.js";
import { paddingDefaults } from "../../src/experiments/padding.js";
import { TRUE_VARIANCE as measured } from "../../src/experiments/running-stats.js";
import { transformerVariants } from "../../src/experiments/transformer.js";
import { run as train } from "../../src/page/engine/lab/place.js";
import { run as paint } from "../../src/page/engine/lab/style.js";
import type { Reply, Request } from "../../src/page/engine/protocol.js";
import { Session } from "../../src/page/engine/session.js";
import { labData } from "../../src/page/lab/data.js";
import { WORDS } from "../../src/page/lab/padding/lengths.js";
import { pack, pointsOf, unpack } from "../../src/page/lab/parts/packed.js";
import { corrected } from "../../src/page/lab/parts/tutorials.js";
import * as placeNets from "../../src/page/lab/place/nets.js";
import placeRecord from "../../src/page/lab/place/recorded.json" with { type: "json" };
import { TRUE_VARIANCE } from "../../src/page/lab/statistics/settings.js";
import * as styleNets from "../../src/page/lab/style/nets.js";
import { PictureRefusal, sidesOf } from "../../src/page/lab/style/read-picture.js";
import styleRecord from "../../src/page/lab/style/recorded.json" with { type: "json" };
import { allReady } from "../../src/page/parts/late.js";
import { documentOf, pages, placesOf } from "../../src/page/prerender.js";
import { defaults, documents, variantNames } from "../../src/page/state.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { smooth } from "../../src/show/smooth.js";

test("what the page knows of the experiments is what they have", () => {
  const { shortest, longest } = paddingDefaults;
  expect([WORDS[0], WORDS.at(-1), WORDS.length]).toEqual([
    shortest,
    longest,
    longest - shortest + 1,
  ]);
  expect(TRUE_VARIANCE).toBe(measured);
  expect([...variantNames].sort()).toEqual(Object.keys(transformerVariants).sort());
});

test.each([1, 39, 40, 41, 150, 300])("a curve of %d steps is packed and back", (steps) => {
  const values = Array.from({ length: steps }, (_, i) => i / 7);
  const points = pointsOf(values);
  expect(points.at(-1)?.[0]).toBe(steps);
  const back = unpack(pack(values), steps);
  expect(back.map(([x]) => x)).toEqual(points.map(([x]) => x));
  back.forEach(([, y], i) => {
    expect(Math.abs(y - points[i][1])).toBeLessThanOrEqual(0.005 * points[i][1]);
  });
});

test("pictures get sides that the net takes, or a reason why not", () => {
  expect(sidesOf(160, 160)).toEqual([160, 160]);
  expect(sidesOf(4000, 3000)).toEqual([160, 120]);
  expect(sidesOf(101, 67)).toEqual([100, 64]);
  for (const [width, height] of [
    [47, 47],
    [1000, 299],
    [1, 1],
  ])
    expect(() => sidesOf(width, height)).toThrow(PictureRefusal);
  expect(sidesOf(1000, 300)).toEqual([160, 48]);
});

/** Beyond the first points of the curves. The whole takes long. */
const STEPS = 30;

test("what is recorded of Transformers and pictures begins so when it is computed again", async () => {
  const runtime = await createRuntime({ threads: 1, deterministic: true });
  /** Turns a run until each curve has so many steps. */
  const begin = async <E>(
    run: AsyncGenerator<E>,
    lossOf: (event: E) => [string, number] | null,
  ) => {
    const losses: Record<string, number[]> = {};
    for await (const event of run) {
      const [name, loss] = lossOf(event) ?? [];
      if (name && loss !== undefined) losses[name] = [...(losses[name] ?? []), loss];
      const lists = Object.values(losses);
      if (lists.length > 1 && lists.every(({ length }) => length >= STEPS)) break;
    }
    return losses;
  };
  const check = (losses: number[], record: string, steps: number) => {
    const smoothed = smooth(losses.slice(0, STEPS), 9);
    const points = unpack(record.split(" ").map(Number), steps).filter(([x]) => x <= STEPS);
    expect(points.length).toBeGreaterThan(5);
    for (const [x, y] of points) expect(Number(smoothed[x - 1].toPrecision(3))).toBe(y);
  };
  try {
    const trained = await begin(
      train(undefined, placeNets.placeSettings(defaults), { runtime }),
      ({ variant, loss, gradientNorms }) => {
        const record = placeRecord.find((each) => each.variant === variant);
        if (gradientNorms)
          expect(gradientNorms.map((g) => Number(g.toPrecision(3))).join(" ")).toBe(
            record?.gradients,
          );
        return variant && loss !== undefined ? [variant, loss] : null;
      },
    );
    for (const { variant, losses } of placeRecord) check(trained[variant], losses, placeNets.STEPS);
    const painted = await begin(
      paint({}, styleNets.styleSettings(defaults.styleWeight), { runtime }),
      ({ painter, losses }) => (painter && losses ? [painter, losses.style] : null),
    );
    styleNets.norms.forEach((norm, i) => {
      check(painted[norm], styleRecord[i].losses, styleNets.STEPS);
    });
  } finally {
    runtime.close();
  }
}, 120_000);

test("each document of the laboratory has the texts of its language, and no number that is none", async () => {
  await allReady();
  const runtime = await createRuntime({ threads: 1, deterministic: true });
  const data = await labData(runtime);
  runtime.close();
  const { Document, languages } = pages.lab;
  for (const language of ["en", "zh"] as const) {
    const texts = languages[language];
    const places = placesOf("lab", language);
    const html = documentOf({ Document, name: "lab", texts, data, places, head: "", scripts: "" });
    const has = (text: string) => expect(html).toContain(renderToString(text as never));
    for (const section of documents.lab) {
      has(texts[section].heading);
      has(texts[section].lead);
      expect(html).toContain(`<section id="${section}"`);
    }
    for (const { id, shownBy } of corrections) {
      if (!shownBy.some((each) => (corrected as readonly string[]).includes(each))) continue;
      has(texts.corrections[id].claim);
      has(texts.corrections[id].truth);
    }
    expect(html).not.toMatch(/NaN|undefined|\[object/);
  }
});

/** A session, and what it has said. */
function session() {
  const replies: Reply[] = [];
  const session = new Session((reply) => replies.push(structuredClone(reply)));
  const ask = (request: Request) => void session.receive(request);
  return {
    replies,
    ask,
    until: (is: Reply["is"]) => vi.waitFor(() => expect(last(replies, is)).toBeTruthy(), 20_000),
  };
}
const last = (replies: readonly Reply[], is: Reply["is"]) =>
  replies.findLast((reply) => reply.is === is);

const request = {
  ...{ do: "experiment", name: "runningStats", controls: {} },
  settings: { momenta: [0.1], steps: 400, sizes: [], batch: 2 },
} as const;

test("an experiment is paused, goes on, is turned and stopped", async () => {
  const { replies, ask, until } = session();
  const heard = () => replies.flatMap((reply) => (reply.is === "told" ? reply.events : [])).length;
  ask({ id: 1, ...request, interval: 5 } as Request);
  await until("told");
  ask({ id: 1, do: "pause" });
  await until("paused");
  const count = heard();
  await new Promise((resolve) => setTimeout(resolve, 80));
  expect(heard()).toBe(count);
  ask({ id: 1, do: "turn", controls: { momentum: 1 } });
  ask({ id: 1, do: "resume" });
  await vi.waitFor(() => expect(heard()).toBeGreaterThan(count), 5000);
  const after = replies
    .flatMap((reply) => (reply.is === "told" ? reply.events : []))
    .slice(count + 1);
  for (const { batch } of after as { batch?: { mean: number; running: { mean: number }[] } }[])
    expect(batch?.running[0].mean).toBeCloseTo(batch?.mean ?? Number.NaN, 5);
  ask({ id: 1, do: "stop" });
  await until("stopped");
  ask({ id: 2, ...request, settings: { ...request.settings, steps: 3 } } as Request);
  await until("result");
  expect(last(replies, "result")?.id).toBe(2);
});

test("settings that cannot be are refused, and the next experiment runs", async () => {
  const { replies, ask, until } = session();
  ask({
    id: 1,
    do: "experiment",
    name: "transformer",
    controls: {},
    settings: { variants: ["pre-ln"] },
    data: "short",
  });
  await until("refused");
  expect(last(replies, "refused")).toMatchObject({
    id: 1,
    message: /more than \d+ characters, got 5/,
  });
  ask({ id: 2, ...request, settings: { ...request.settings, steps: 3 } } as Request);
  await until("result");
});
