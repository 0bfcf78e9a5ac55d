// `--quick` must be quick by what it does, counted in steps and samples. Seconds would depend on the machine. With the
// counts here, each command takes at most about 30 s on two idle cores.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultsOf } from "../../src/cli/all.js";
import { experimentsIn } from "../../src/cli/experiments.js";
import { en } from "../../src/cli/text/en/index.js";
import type { Stage } from "../../src/experiments/stage.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";

const experiments = experimentsIn(en);

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
});
afterAll(() => runtime.close());

interface Plan {
  /** The stage, and its number of steps below. */
  stage: string;
  steps: number;
  /** Flags that set how many images, sentences or values a step takes, with their expected values. */
  samples?: Record<string, number>;
  /** The flag that sets how many stages of this kind there are, and their expected number. */
  times?: [flag: string, count: number];
  /** Settings that make the earlier stages short and the net small, without changing the steps of this stage. */
  tiny?: object;
}

const plans: Record<string, Plan[]> = {
  layers: [{ stage: "layers", steps: 6 }],
  "running-stats": [
    { stage: "running statistics", steps: 11, samples: { steps: 150, batchSize: 16 } },
  ],
  gradients: [
    { stage: "gradients", steps: 18, samples: { depth: 8, width: 64 } },
    { stage: "sigmoid, none", steps: 200, tiny: { depth: 2, width: 2 } },
  ],
  padding: [{ stage: "padding", steps: 11, samples: { batchSize: 32, channels: 8 } }],
  transformer: [
    {
      stage: "post-ln seed 0",
      steps: 60,
      samples: { seeds: 1, layers: 8 },
      times: ["variants", 5],
      tiny: { layers: 2 },
    },
  ],
  style: [{ stage: "in seed 0", steps: 100, samples: { seeds: 1, size: 96 }, times: ["norms", 3] }],
  compare: [
    {
      stage: "bn seed 0",
      steps: 3 * (1200 / 16),
      samples: { seeds: 1, limit: 1200, width: 16 },
      times: ["norms", 4],
      tiny: { width: 1, norms: ["bn"] },
    },
    {
      stage: "bn seed 0 batch 1",
      steps: 600,
      tiny: { width: 1, norms: ["bn"], limit: 16, epochs: 1 },
    },
  ],
  choose: [{ stage: "choose", steps: 1 }],
  see: [{ stage: "see", steps: 1 }],
  influence: [{ stage: "influence", steps: 29 }],
};

const rows = experiments.flatMap((experiment) =>
  (plans[experiment.name] ?? []).map((plan) => ({ experiment, plan })),
);

test("every experiment has a plan", () => {
  expect(Object.keys(plans).sort()).toEqual(experiments.map(({ name }) => name).sort());
});

describe.each(rows)("$experiment.name --quick, $plan.stage", ({ experiment, plan }) => {
  const common = { threads: 1, deterministic: false, quick: true, out: "" };
  const flags = defaultsOf(experiment, common);

  test("steps", async () => {
    const { signal } = new AbortController();
    const events: AsyncGenerator<Stage, unknown> = experiment.run(
      { ...flags, ...plan.tiny },
      { runtime, signal },
    );
    let steps = 0;
    for await (const event of events) {
      if (event.stage !== plan.stage || event.steps === 0) continue;
      steps = event.steps;
      break;
    }
    expect(steps).toBe(plan.steps);
  });

  test("samples, and how often", () => {
    expect(flags).toMatchObject(plan.samples ?? {});
    const [flag, count] = plan.times ?? [];
    if (flag) expect(flags[flag as keyof typeof flags]).toHaveLength(count as number);
  });
});
