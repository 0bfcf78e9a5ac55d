// Common claims about norms, checked with the runs. A claim holds if it is true for every seed: with one seed, all
// norms start from the same weights and see the same batches.
import type { CompareResult, Run } from "./compare-types.js";
import type { StyleResult } from "./style.js";
import { type Spread, spread } from "./summary.js";
import type { TransformerResult, TransformerRun } from "./transformer.js";

/** Three claims of compare, four of transformer, one of style. */
export const truthIds = [
  "firstLoss",
  "accuracyOrder",
  "singleImages",
  "flatGradients",
  "steeperGradients",
  "heldOutWithoutWarmup",
  "heldOutAfterWarmup",
  "styleLoss",
] as const;

/** One of `truthIds`. */
export type TruthId = (typeof truthIds)[number];

/** A common claim about norms, and whether the runs show it. */
export interface Truth {
  id: TruthId;
  claim: string;
  holds: boolean;
  /** For how many seeds the claim is true, and the number of seeds. */
  holding: number;
  seeds: number;
  unit: "%" | "";
  /** The measured values that decide, by name. */
  figures: readonly { name: string; spread: Spread }[];
}

/** The runs of each norm in the order of their seeds. null unless there are two seeds or more and no run is missing. */
function bySeed<R extends { seed: number }>(
  runs: readonly R[],
  nameOf: (run: R) => string,
  names: readonly string[],
  seeds: number,
): R[][] | null {
  const groups = names.map((name) =>
    runs.filter((run) => nameOf(run) === name).sort((a, b) => a.seed - b.seed),
  );
  return seeds > 1 && groups.every((group) => group.length === seeds) ? groups : null;
}

/** `values` are lists by name, with a value for each seed. `test` gets the values of one seed. */
function truth(
  id: TruthId,
  claim: string,
  unit: Truth["unit"],
  values: Record<string, readonly number[]>,
  test: (...column: number[]) => boolean,
): Truth {
  const rows = Object.values(values);
  const seeds = rows[0].length;
  const holding = rows[0].filter((_, k) => test(...rows.map((row) => row[k]))).length;
  const figures = Object.entries(values).map(([name, row]) => ({ name, spread: spread(row) }));
  return { id, claim, unit, figures, seeds, holding, holds: holding === seeds };
}

/** The largest distance of the first loss from ln 10, in nats: a fresh net with a norm is not exactly undecided. */
const NEAR = 0.35;

/** Claims about the runs of `compare`; none for a single seed. */
export function compareTruths({ config, runs }: CompareResult): Truth[] {
  const runsOf = (...names: string[]) => bySeed(runs, ({ norm }) => norm, names, config.seeds);
  const truths: Truth[] = [];
  const every = runsOf(...new Set(config.norms));
  if (every) {
    const first = Object.fromEntries(
      every.map((group) => [group[0].norm, group.map(({ losses }) => losses[0])]),
    );
    const claim = `The first loss is near ln 10 = 2.30 (within ${NEAR})`;
    const near = (loss: number) => Math.abs(loss - Math.log(10)) < NEAR;
    truths.push(truth("firstLoss", claim, "", first, (...losses) => losses.every(near)));
  }
  const accuracies = (group: Run[]) => group.map(({ testAccuracy }) => testAccuracy);
  const three = runsOf("bn", "gn", "ln");
  if (three) {
    const [bn, gn, ln] = three.map(accuracies);
    const claim = "Test accuracy: batch norm is ahead of group norm, group norm of layer norm";
    truths.push(
      truth("accuracyOrder", claim, "%", { bn, gn, ln }, (bn, gn, ln) => bn > gn && gn > ln),
    );
  }
  const single = runsOf("bn", "gn")?.map((group) =>
    group.map(({ batch1 }) => batch1.trainAccuracy),
  );
  const [bn, gn] = single ?? [];
  if (bn && gn && [...bn, ...gn].every((accuracy) => accuracy !== null)) {
    const claim = `Trained one image at a time, batch norm is clearly worse than group norm (by ${100 * CLEAR} points)`;
    const values = { bn: bn as number[], gn: gn as number[] };
    truths.push(truth("singleImages", claim, "%", values, (bn, gn) => gn - bn > CLEAR));
  }
  return truths;
}

/** The difference in accuracy that counts as clearly worse. */
const CLEAR = 0.05;

/** ‖gradient‖ of the last block divided by that of the first block. */
export const steepness = ({ gradientNorms }: TransformerRun): number =>
  gradientNorms[gradientNorms.length - 1] / gradientNorms[0];

const lossOf = ({ heldOut }: TransformerRun): number => heldOut;

/** A profile is flat if the gradient norms of the first and the last block differ by less than this factor. */
const FLAT = 2;

/** Claims about the runs of `transformer`; none for a single seed. */
export function transformerTruths({ config, runs }: TransformerResult): Truth[] {
  const names = ["pre-ln", "post-ln"];
  const [pre, post] = bySeed(runs, ({ variant }) => variant, names, config.seeds) ?? [];
  if (!pre || !post) return [];
  const values = { "pre-ln": pre.map(steepness), "post-ln": post.map(steepness) };
  const flat = (ratio: number) => Math.abs(Math.log(ratio)) < Math.log(FLAT);
  const claim = `Gradients, last ÷ first block: flat with pre-norm (less than a factor of ${FLAT}), not with post-norm`;
  const weaker = "Gradients, last ÷ first block: larger with post-norm than with pre-norm";
  const heldOut = { "pre-ln": pre.map(lossOf), "post-ln": post.map(lossOf) };
  const learnsId = config.warmup > 0 ? "heldOutAfterWarmup" : "heldOutWithoutWarmup";
  const learns = `Held-out loss ${config.warmup > 0 ? "after a" : "without"} warm-up: pre-norm is below post-norm`;
  return [
    truth("flatGradients", claim, "", values, (pre, post) => flat(pre) && !flat(post)),
    truth("steeperGradients", weaker, "", values, (pre, post) => pre < post),
    truth(learnsId, learns, "", heldOut, (pre, post) => pre < post),
  ];
}

/** Claims about the runs of `style`; none for a single seed. */
export function styleTruths({ config, runs }: StyleResult): Truth[] {
  const groups = bySeed(runs, ({ norm }) => norm, ["in", "bn"], config.seeds);
  if (!groups) return [];
  const [instance, batch] = groups.map((group) => group.map(({ final }) => final.style));
  const values = { "instance norm": instance, "batch norm": batch };
  const claim = "Style loss: instance norm is below batch norm";
  return [truth("styleLoss", claim, "", values, (instance, batch) => instance < batch)];
}
