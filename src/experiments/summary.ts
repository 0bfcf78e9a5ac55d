import type { CompareResult, Run } from "./compare-types.js";

/** Mean of `count` values and their sample standard deviation; null for fewer than two. */
export interface Spread {
  mean: number;
  deviation: number | null;
  count: number;
}

/** The results of one norm over its seeds. */
export interface NormSummary {
  norm: string;
  parameters: number;
  testAccuracy: Spread;
  /** The mean over the runs, in seconds, and relative to the first norm. */
  epochSeconds: number;
  relativeTime: number;
  /** The largest value of the runs, in bytes. */
  peakBytes: number;
  /** null if the evaluation was left out. */
  batch1Eval: Spread | null;
  /** null if every run was refused. */
  batch1Train: Spread | null;
  /** The notes of the runs, each note once. */
  notes: string[];
}

/** The runs of each norm, in the order of the configuration. Norms without a finished run are left out. */
export function summarize({ config, runs }: CompareResult): NormSummary[] {
  const groups = [...new Set(config.norms)]
    .map((norm) => runs.filter((run) => run.norm === norm))
    .filter((group) => group.length > 0);
  const seconds = (group: Run[]) => spread(group.map((run) => run.epochSeconds)).mean;
  return groups.map((group) => {
    const known = (values: (number | null)[]) => values.filter((value) => value !== null);
    const trained = known(group.map((run) => run.batch1.trainAccuracy));
    const evaluated = known(group.map((run) => run.batch1.evalAccuracy));
    return {
      norm: group[0].norm,
      parameters: group[0].parameters,
      testAccuracy: spread(group.map((run) => run.testAccuracy)),
      epochSeconds: seconds(group),
      relativeTime: seconds(group) / seconds(groups[0]),
      peakBytes: Math.max(...group.map((run) => run.peakBytes)),
      batch1Eval: evaluated.length > 0 ? spread(evaluated) : null,
      batch1Train: trained.length > 0 ? spread(trained) : null,
      notes: [...new Set(group.map((run) => run.batch1.note))],
    };
  });
}

/** Mean and sample standard deviation of some values. */
export function spread(values: readonly number[]): Spread {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : null, count };
}
