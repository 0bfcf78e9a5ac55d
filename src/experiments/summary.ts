import type { CompareResult, Run } from "./compare-types.js";

/** Mean of `count` values and their sample standard deviation; null for fewer than two. */
export interface Spread {
  mean: number;
  deviation: number | null;
  count: number;
}

/** One norm over its seeds. */
export interface NormSummary {
  norm: string;
  parameters: number;
  testAccuracy: Spread;
  /** Mean over the runs, and relative to the first norm. */
  epochSeconds: number;
  relativeTime: number;
  /** Largest of the runs. */
  peakBytes: number;
  /** null where it was left out. */
  batch1Eval: Spread | null;
  /** null where every run was refused. */
  batch1Train: Spread | null;
  /** The runs' notes, each once. */
  notes: string[];
}

/** The runs norm by norm, in the order of the configuration; norms without a finished run are left out. */
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

export function spread(values: readonly number[]): Spread {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : null, count };
}
