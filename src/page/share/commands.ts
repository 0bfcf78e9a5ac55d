// What does the same as a section of the page, without it: a command, and a program for Node.
import { depthSettings } from "../lab/depth/nets.js";
import { paddingSettings } from "../lab/padding/lengths.js";
import { STEPS, statisticsSettings } from "../lab/statistics/settings.js";
import { presetSettings, TEST_IMAGES, TRAIN_IMAGES } from "../preset-races.js";
import { normsOf, type Section, type State, seedsOf } from "../state.js";

export interface Same {
  /** One a line. */
  command?: string;
  /** A module. */
  code?: string;
}

const flags = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` --${name} ${value}`)
    .join("");

/** A program that runs an experiment to its end. */
const program = (
  name: string,
  settings: object,
  data = "",
): string => `import { init } from "evenkeel";
import { ${name} } from "evenkeel/experiments";
${data && 'import { proceduralDataset } from "evenkeel/data";\n'}
await init({ deterministic: true });
const run = ${name}(${data}${JSON.stringify(settings)});
for (;;) {
  const { done, value } = await run.next();
  if (done) console.log(JSON.stringify(value));
  if (done) break;
}`;

const IMAGES =
  `{ train: proceduralDataset({ count: ${TRAIN_IMAGES} }), ` +
  `test: proceduralDataset({ count: ${TEST_IMAGES}, split: "test" }) }, `;

/** Seeds that follow each other are one command. */
function rowsOf(seeds: readonly number[]): [first: number, count: number][] {
  const rows: [number, number][] = [];
  for (const seed of seeds) {
    const last = rows.at(-1);
    if (last && last[0] + last[1] === seed) last[1]++;
    else rows.push([seed, 1]);
  }
  return rows;
}

const makers: { [K in Section]?: (state: State) => Same } = {
  see({ method, number, samples, channels, positions, training, at, own }) {
    const norm = number > 0 ? `${method}:${number}` : method;
    const shape = [samples, channels, 1, positions];
    const [n, rest] = [Math.floor(at / (channels * positions)), at % (channels * positions)];
    const place = [n, Math.floor(rest / positions), rest % positions];
    const settings = { norm, shape, training, ...(own.length > 0 && { values: own }) };
    const command = `npx evenkeel see ${norm}${flags({ shape: shape.join(), at: place.join() })}`;
    return {
      ...(own.length === 0 && { command: command + (training ? "" : " --eval") }),
      code: program("see", settings),
    };
  },
  break: () => ({ command: "npx evenkeel influence", code: program("influence", {}) }),
  train({ preset, norms, lr, width, seeds: text }) {
    const { batchSize, steps, evaluateEvery } = presetSettings[preset];
    const settings = { ...presetSettings[preset], norms: normsOf(norms), lr, width };
    const runs = rowsOf(seedsOf(text) ?? [0]);
    const commandOf = ([seed, seeds]: [number, number]) =>
      `npx evenkeel compare${flags({
        ...{ norms: normsOf(norms).join(), limit: TRAIN_IMAGES, "batch-size": batchSize, steps },
        ...{ width, lr, seed, seeds, "evaluate-every": evaluateEvery },
      })} --no-batch1 --deterministic`;
    const [[seed, seeds]] = runs;
    return {
      command: runs.map(commandOf).join("\n"),
      code: program("compare", { ...settings, seed, seeds }, IMAGES),
    };
  },
  choose: ({ answers }) => ({
    command: `npx evenkeel choose${flags(
      Object.fromEntries(
        Object.entries(answers).map(([name, value]) => [
          name === "batch" ? "batch-size" : name.replace(/[A-Z]/g, (x) => `-${x.toLowerCase()}`),
          value,
        ]),
      ),
    )}`,
  }),
  depth: (state) => ({
    command: `npx evenkeel gradients${flags({ depth: Math.max(2, state.depth), lr: state.depthRate })}`,
    code: program("gradients", depthSettings(state)),
  }),
  statistics: (state) => ({
    command: `npx evenkeel running-stats${flags({ "batch-size": state.values, steps: STEPS })}`,
    code: program("runningStats", statisticsSettings(state)),
  }),
  padding: (state) => ({
    command: `npx evenkeel padding${flags({ "batch-size": state.sentences })}`,
    code: program("padding", paddingSettings(state)),
  }),
  place: () => ({ command: "npx evenkeel transformer" }),
  style: () => ({ command: "npx evenkeel style" }),
  norms: () => ({ command: "npx evenkeel inspect model.safetensors" }),
};

export const sameAs = (section: Section, state: State): Same => makers[section]?.(state) ?? {};
