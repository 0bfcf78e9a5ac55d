// What the visitor has chosen, as one plain object, and its form behind the # of a link.
import { type Disturbance, disturbances } from "../experiments/influence/disturb.js";
import { methodDescriptions } from "../experiments/methods/descriptions.js";

/** The documents of the page, each with its sections. */
export const documents = {
  main: ["see", "break", "train", "choose"],
  lab: ["depth", "statistics", "padding", "place", "style"],
  tools: ["methods", "norms", "results", "machine"],
} as const;
export type DocumentName = keyof typeof documents;
export type Section = (typeof documents)[DocumentName][number];

export const sections: readonly Section[] = Object.values(documents).flat();

/** The document that a section stands in. */
export const homeOf = (section: Section): DocumentName =>
  (Object.keys(documents) as DocumentName[]).find((name) =>
    documents[name].some((each) => each === section),
  ) ?? "main";

export const presets = ["default", "batch2", "batch1"] as const;
export type Preset = (typeof presets)[number];

export interface State {
  /** See: a name in the table of methods, and the number of its spec (0: the usual one). */
  method: string;
  number: number;
  samples: number;
  channels: number;
  /** H·W, drawn as a row or as rows of two or three. */
  positions: number;
  training: boolean;
  /** The index of the number pointed at. */
  at: number;
  /** Numbers pasted by the visitor; empty: drawn ones. */
  own: readonly number[];
  /** Break it. */
  norm: string;
  disturbance: Disturbance;
  outlier: number;
  /** Train. */
  preset: Preset;
  norms: string;
  lr: number;
  width: number;
  seeds: string;
  /** Choose: answers by the name of the question; numbers as text. */
  answers: Readonly<Record<string, string>>;
  /** Depth: the hidden layers, their activation, and the learning rate. */
  depth: number;
  activation: (typeof activations)[number];
  depthRate: number;
  /** Statistics: batch norm's momentum, the values in a batch, and the mean of the data. */
  momentum: number;
  values: number;
  mean: number;
  /** Padding: the sentences of a batch, and the length to which they are padded. */
  sentences: number;
  padded: number;
  /** Place: variants with spaces between, their blocks, the learning rate and the steps of its warm-up. */
  variants: string;
  layers: number;
  placeRate: number;
  warmup: number;
  /** Methods: of which batch dependence, learned values and pooled axis; empty: all. */
  dependence: (typeof dependences)[number];
  learns: (typeof learnt)[number];
  pools: (typeof pooled)[number];
  /** Style: the weight of the style loss, and whose picture is shown. */
  styleWeight: number;
  painter: (typeof painters)[number];
}

export const painters = ["adain", "in", "bn"] as const;

export const variantNames = ["post-ln", "pre-ln", "pre-rms", "pre-dyt", "pre-bn"] as const;

export const activations = ["sigmoid", "tanh", "relu"] as const;

/** What the table of methods is filtered by; empty: by nothing. */
export const dependences = ["", "no", "in training", "always"] as const;
export const learnt = ["", "nothing", "scale", "affine", "more"] as const;
export const pooled = ["", "N", "C", "HW", "none", "other"] as const;

export const defaults: State = {
  method: "bn",
  number: 0,
  samples: 4,
  channels: 6,
  positions: 4,
  training: true,
  at: 8,
  own: [],
  norm: "bn",
  disturbance: "outlier",
  outlier: 30,
  preset: "default",
  norms: "bn gn ln in",
  lr: 0.003,
  width: 8,
  seeds: "0",
  answers: {},
  depth: 8,
  activation: "sigmoid",
  depthRate: 0.02,
  momentum: 0.1,
  values: 16,
  mean: 1,
  sentences: 32,
  padded: 32,
  variants: "post-ln pre-ln",
  layers: 8,
  placeRate: 0.003,
  warmup: 0,
  dependence: "",
  learns: "",
  pools: "",
  styleWeight: 2,
  painter: "adain",
};

/** How a value is read from a link: the value, or undefined for one that cannot be. */
interface Field<T> {
  read(text: string): T | undefined;
  write(value: T): string;
}

const text = (known?: readonly string[]): Field<string> => ({
  read: (text) => (!known || known.includes(text) ? text : undefined),
  write: (value) => value,
});

const number = (least: number, most: number, whole = true): Field<number> => ({
  read(text) {
    const value = Number(text);
    const fits = text.trim() !== "" && value >= least && value <= most;
    return fits && (!whole || Number.isInteger(value)) ? value : undefined;
  },
  write: String,
});

/** The largest tensor that is still legible. */
export const limits = {
  samples: [1, 6],
  channels: [1, 8],
  positions: [1, 9],
  number: [0, 8],
  outlier: [0, 100],
  lr: [1e-5, 1],
  width: [4, 16],
  seeds: [0, 9999],
  depth: [1, 30],
  depthRate: [1e-3, 1],
  momentum: [1e-3, 1],
  values: [2, 128],
  mean: [-2, 4],
  sentences: [4, 64],
  padded: [16, 128],
  layers: [1, 12],
  placeRate: [1e-4, 0.1],
  warmup: [0, 100],
  styleWeight: [0.1, 50],
} as const satisfies Partial<Record<keyof State, readonly [number, number]>>;

const within = (name: keyof typeof limits, whole?: boolean) => {
  const [least, most] = limits[name];
  return number(least, most, whole);
};
const methodNames = methodDescriptions.flatMap(({ methods }) => methods.map(({ name }) => name));

const fields: { [K in keyof State]: Field<State[K]> } = {
  method: text(methodNames),
  number: within("number"),
  samples: within("samples"),
  channels: within("channels"),
  positions: within("positions"),
  training: {
    read: (text) => (text === "1" ? true : text === "0" ? false : undefined),
    write: (value) => (value ? "1" : "0"),
  },
  at: number(0, 6 * 8 * 9 - 1),
  own: {
    read(text) {
      const values = readNumbers(text);
      return values.length > 0 && values.every(isFloat32) ? values : undefined;
    },
    write: (values) => values.join(" "),
  },
  norm: text(),
  disturbance: text(disturbances) as Field<Disturbance>,
  outlier: within("outlier", false),
  preset: text(presets) as Field<Preset>,
  norms: text(),
  lr: within("lr", false),
  width: within("width"),
  seeds: text(),
  answers: {
    read(text) {
      const pairs = text.split(" ").map((pair) => /^([^.]+)\.(.+)$/.exec(pair)?.slice(1));
      return pairs.includes(undefined)
        ? undefined
        : Object.fromEntries(pairs as [string, string][]);
    },
    write: (answers) =>
      Object.entries(answers)
        .map((pair) => pair.join("."))
        .join(" "),
  },
  depth: within("depth"),
  activation: text(activations) as Field<State["activation"]>,
  depthRate: within("depthRate", false),
  momentum: within("momentum", false),
  values: within("values"),
  mean: within("mean", false),
  sentences: within("sentences"),
  padded: within("padded"),
  variants: {
    read(text) {
      const words = wordsOf(text);
      const areKnown = words.every((word) => variantNames.some((name) => name === word));
      return words.length > 0 && areKnown ? [...new Set(words)].join(" ") : undefined;
    },
    write: (value) => value,
  },
  layers: within("layers"),
  placeRate: within("placeRate", false),
  warmup: within("warmup"),
  dependence: text(dependences) as Field<State["dependence"]>,
  learns: text(learnt) as Field<State["learns"]>,
  pools: text(pooled) as Field<State["pools"]>,
  styleWeight: within("styleWeight", false),
  painter: text(painters) as Field<State["painter"]>,
};

/** What stands between spaces, commas, semicolons (Chinese ones too), brackets and lines. */
export const wordsOf = (text: string): string[] =>
  text.split(/[\s,;，；、[\]()（）]+/).filter(Boolean);

/** The name of a spec without its number. */
export const nameOf = (norm: string): string => norm.split(":")[0];

/** The specs in a list, each once, and how many a race may have. */
export const normsOf = (text: string): string[] => [...new Set(wordsOf(text))];
export const MOST_NORMS = 8;

/** The seeds in a list, each once, or null where it is none. */
export function seedsOf(text: string): number[] | null {
  const seeds = [...new Set(wordsOf(text))].map(within("seeds").read);
  const isRight = seeds.length > 0 && seeds.length <= MOST_SEEDS && !seeds.includes(undefined);
  return isRight ? (seeds as number[]) : null;
}
export const MOST_SEEDS = 5;

/** The numbers among words; the minus signs may be those that the page shows. What is no number becomes NaN. */
export const readNumbers = (text: string): number[] =>
  wordsOf(text).map((word) => Number(word.replaceAll("−", "-")));

/** Whether a number is one as the engine has it. */
export const isFloat32 = (value: number): boolean => Number.isFinite(Math.fround(value));

const VERSION = "1";

/** The link of a section: `#see&v=1&method=gn`, with only what differs from the defaults. */
export function writeHash(state: State, section: Section): string {
  const pairs = Object.entries(fields).flatMap(([name, field]) => {
    const [value, usual] = [state, defaults].map((each) =>
      (field as Field<unknown>).write(each[name as keyof State]),
    );
    return value === usual ? [] : [`&${name}=${encodeURIComponent(value).replaceAll("%20", "+")}`];
  });
  return `#${section}${pairs.length > 0 ? `&v=${VERSION}${pairs.join("")}` : ""}`;
}

export interface Link {
  state: State;
  section: Section | null;
  /** Names of what was wrong and has its usual value now. */
  repaired: string[];
}

/** Reads a link. What is wrong or unknown in it gets its usual value. */
export function readHash(hash: string): Link {
  const [name, ...pairs] = hash.replace(/^#/, "").split("&");
  const link: Link = {
    state: { ...defaults },
    section: sections.find((section) => section === name) ?? null,
    repaired: name && !sections.includes(name as Section) ? [name] : [],
  };
  for (const [key, value] of new URLSearchParams(pairs.join("&"))) {
    if (key === "v" && value === VERSION) continue;
    const field = Object.hasOwn(fields, key)
      ? (fields[key as keyof State] as Field<unknown>)
      : null;
    const read = field?.read(value);
    if (read === undefined) link.repaired.push(key);
    else Object.assign(link.state, { [key]: read });
  }
  return settled(link);
}

/** The number pointed at must exist, and a text of own numbers must be as long as the tensor. */
function settled(link: Link): Link {
  const { state, repaired } = link;
  const size = state.samples * state.channels * state.positions;
  if (state.own.length > 0 && state.own.length !== size) {
    state.own = [];
    repaired.push("own");
  }
  if (state.at >= size) {
    if (state.at !== defaults.at && !repaired.includes("at")) repaired.push("at"); // the link named it
    state.at = Math.min(defaults.at, size - 1);
  }
  return link;
}
