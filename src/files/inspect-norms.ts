import { type FoundNorm, findNorms, type NormRole } from "./find-norms.js";

/** A tensor of a checkpoint: one of evenkeel's, or its shape and elements. Without elements only its shape counts. */
export interface NormEntry {
  shape: readonly number[];
  data?: ArrayLike<number | bigint>;
  /** The elements of a tensor, in place of `data`. */
  toArray?(): ArrayLike<number | bigint>;
}

/** The finite values of a tensor. */
export interface ValueRange {
  min: number;
  max: number;
  /** How many values lie in each sixteenth from `min` to `max`. */
  histogram: number[];
}

/** How bad it is: "error" gives wrong results, "warning" may, "note" does not. */
export type VerdictLevel = "error" | "warning" | "note";

/** Something that is to be said of a norm. */
export interface NormVerdict {
  /** One of `normVerdicts`; texts for people are kept by it. */
  id: NormVerdictId;
  level: VerdictLevel;
  /** In how many channels it is so. */
  channels: number;
}

/** A norm of a checkpoint, its values, and what is to be said of it. */
export interface InspectedNorm extends FoundNorm {
  /** The range of each of its tensors whose elements are given. */
  ranges: Partial<Record<Exclude<NormRole, "count">, ValueRange>>;
  /** num_batches_tracked; null if there is none. */
  count: number | null;
  verdicts: NormVerdict[];
}

/** What `inspectNorms` returns. */
export interface NormInspection {
  /** The norms in the order of the checkpoint. */
  layers: InspectedNorm[];
  /** "no-norms", "damaged" (an error in some layer), "doubtful" (a warning) or "sound". */
  verdict: "no-norms" | "damaged" | "doubtful" | "sound";
}

/** What can be said of a norm, and how bad it is. */
export const normVerdicts = {
  /** Tensors of several lengths. */
  "lengths-differ": "error",
  /** NaN in a tensor. */
  nan: "error",
  /** ±Infinity in a tensor. */
  infinite: "error",
  /** A running variance below 0: evaluation gives NaN, or eps hides it. */
  "negative-variance": "error",
  /** A running variance of exactly 0: the channel was constant, so it is dead. */
  "zero-variance": "warning",
  /** Running statistics and a counter of 0: no batch was seen, evaluation normalises by 0 and 1. */
  "never-trained": "error",
  /** Means all 0 and variances all 1, without a counter that would say more. */
  "initial-statistics": "warning",
  /** A mean more than 30 deviations from 0: the layer before it has an offset, and float32 loses digits. */
  "mean-far": "warning",
  /** |γ| < 0.001 where mean or variance is far from 0 and 1: training switched the channel off. */
  "tiny-gamma": "warning",
  /** γ is 0 everywhere: as some residual blocks begin, and as none should end. */
  "gamma-zero": "warning",
  /** γ is 1 everywhere: never trained, or without weights by design. */
  "gamma-one": "note",
  /**
   * A variance so small that an eps of 1e-3 (TensorFlow) or 1e-5 (PyTorch), which no file tells, changes outputs by 1
   * %.
   */
  "eps-matters": "note",
  /** It can be folded into the weight in front of it. */
  foldable: "note",
} as const satisfies Record<string, VerdictLevel>;

/** The name of one of `normVerdicts`. */
export type NormVerdictId = keyof typeof normVerdicts;

/**
 * Looks at the normalisation layers of a checkpoint, which it finds by their keys: what kind they are, the ranges of γ,
 * β and the running statistics, and what is wrong with them. Takes what `loadTorch`, `loadSafetensors` or `stateDict()`
 * give, or shapes and elements. Of a large file, load the tensors of `findNorms` alone and give the shapes of the
 * others.
 */
export function inspectNorms(entries: ReadonlyMap<string, NormEntry>): NormInspection {
  const shapes = new Map([...entries].map(([key, { shape }]) => [key, shape]));
  const valuesOf = (key: string) => {
    const entry = entries.get(key);
    const data = entry?.toArray?.() ?? entry?.data;
    return data && Float64Array.from(data, Number);
  };
  const layers = findNorms(shapes).map((found): InspectedNorm => {
    const values: Values = {};
    const ranges: InspectedNorm["ranges"] = {};
    for (const [role, key] of Object.entries(found.keys) as [NormRole, string][]) {
      const list = valuesOf(key);
      if (!list) continue;
      values[role] = list;
      if (role !== "count") ranges[role] = rangeOf(list);
    }
    const count = values.count?.[0] ?? null;
    return { ...found, ranges, count, verdicts: verdictsOf(found, values) };
  });
  const levels = new Set(layers.flatMap(({ verdicts }) => verdicts.map(({ level }) => level)));
  const worst = levels.has("error") ? "damaged" : levels.has("warning") ? "doubtful" : "sound";
  return { layers, verdict: layers.length > 0 ? worst : "no-norms" };
}

type Values = Partial<Record<NormRole, Float64Array>>;

function verdictsOf(found: FoundNorm, values: Values): NormVerdict[] {
  const { count, ...vectors } = values;
  const { gamma, mean, variance } = vectors;
  const verdicts: NormVerdict[] = [];
  const channels = Array.from({ length: found.channels }, (_, i) => i);
  /** Says it of the channels for which `test` holds. */
  const say = (id: NormVerdictId, test: boolean | ((channel: number) => boolean)) => {
    const count = channels.filter((c) => (typeof test === "boolean" ? test : test(c))).length;
    if (count > 0) verdicts.push({ id, level: normVerdicts[id], channels: count });
  };
  const lists = Object.values(vectors);
  const all = (list: Float64Array | undefined, value: number) =>
    list !== undefined && list.length > 0 && list.every((x) => x === value);

  say(
    "lengths-differ",
    lists.some(({ length }) => length !== found.channels),
  );
  say("nan", (c) => lists.some((list) => Number.isNaN(list[c])));
  say("infinite", (c) => lists.some((list) => Math.abs(list[c]) === Infinity));
  if (mean && variance) {
    const far = (c: number) => Math.abs(mean[c]) > 10 || variance[c] > 100 || variance[c] < 0.01;
    say("negative-variance", (c) => variance[c] < 0);
    say("zero-variance", (c) => variance[c] === 0);
    say("never-trained", all(count, 0));
    say("initial-statistics", !count && all(mean, 0) && all(variance, 1));
    say("mean-far", (c) => variance[c] > 0 && Math.abs(mean[c]) > 30 * Math.sqrt(variance[c]));
    if (gamma && !all(gamma, 0)) say("tiny-gamma", (c) => Math.abs(gamma[c]) < 1e-3 && far(c));
    // below this, (v + 1e-3) / (v + 1e-5) is above 1.01²
    say("eps-matters", (c) => variance[c] >= 0 && variance[c] < 0.0492);
  }
  say("gamma-zero", all(gamma, 0));
  say("gamma-one", all(gamma, 1));
  say("foldable", found.foldsInto !== null && verdicts.every(({ level }) => level !== "error"));
  return verdicts;
}

const BINS = 16;

function rangeOf(values: Float64Array): ValueRange {
  const finite = values.filter(Number.isFinite).sort();
  const [min = Infinity] = finite;
  const max = finite.at(-1) ?? -Infinity;
  const histogram = new Array<number>(BINS).fill(0);
  for (const x of finite) {
    const place = max > min ? ((x - min) / (max - min)) * BINS : 0;
    histogram[Math.min(Math.floor(place), BINS - 1)]++;
  }
  return { min, max, histogram };
}
