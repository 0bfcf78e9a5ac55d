// What does the same as a section of the page, without it: a command, and a program for Node.
import { depthSettings } from "../lab/depth/nets.js";
import { paddingSettings } from "../lab/padding/lengths.js";
import { placeSettings } from "../lab/place/nets.js";
import { STEPS, statisticsSettings } from "../lab/statistics/settings.js";
import { styleSettings } from "../lab/style/nets.js";
import { presetSettings, TEST_IMAGES, TRAIN_IMAGES } from "../preset-races.js";
import { normsOf, type Section, type State, seedsOf } from "../state.js";

export interface Same {
  /** One a line. */
  command?: string;
  /** A module. */
  code?: string;
}

/** Flags as one types them. Their values may be of a stranger's link: what a shell would understand is left out. */
const flags = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` --${name} ${value}`.replace(/[^\w :.,+/-]/g, ""))
    .join("");

/** Arguments before the settings, and where what they need is imported from. */
interface Given {
  text: string;
  imports?: { experiments?: string; data?: string };
}

/** A program that runs an experiment to its end. */
function program(
  name: string,
  settings: object,
  { text, imports = {} }: Given = { text: "" },
): string {
  const { experiments = "", data } = imports;
  return `import { init } from "evenkeel";
import { ${name}${experiments && `, ${experiments}`} } from "evenkeel/experiments";
${data ? `import { ${data} } from "evenkeel/data";\n` : ""}
await init({ deterministic: true });
const run = ${name}(${text}${JSON.stringify(settings)});
for (;;) {
  const { done, value } = await run.next();
  if (done) console.log(JSON.stringify(value));
  if (done) break;
}`;
}

const IMAGES: Given = {
  text:
    `{ train: proceduralDataset({ count: ${TRAIN_IMAGES} }), ` +
    `test: proceduralDataset({ count: ${TEST_IMAGES}, split: "test" }) }, `,
  imports: { data: "proceduralDataset" },
};
const LOGBOOK: Given = {
  text: '{ name: "logbook", content: logbook }, ',
  imports: { experiments: "logbook" },
};
const PICTURES: Given = {
  text: "harbour(160), brushwork(160), ",
  imports: { experiments: "brushwork, harbour" },
};

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
  place(state) {
    const settings = placeSettings(state);
    const { variants = [], layers = 2, lr = 0, warmup = 0, steps = 0 } = settings;
    const given = { variants: variants.join(), layers: Math.max(2, layers), steps, lr, warmup };
    return {
      command: `npx evenkeel transformer${flags(given)}`,
      code: program("transformer", settings, LOGBOOK),
    };
  },
  style({ styleWeight }) {
    const settings = styleSettings(styleWeight);
    const { norms = [], steps = 0 } = settings;
    const given = { norms: norms.join(), steps, "style-weight": styleWeight };
    return {
      command: `npx evenkeel style${flags(given)}`,
      code: program("style", settings, PICTURES),
    };
  },
  norms: () => ({ command: "npx evenkeel inspect model.safetensors" }),
};

export const sameAs = (section: Section, state: State): Same => makers[section]?.(state) ?? {};
