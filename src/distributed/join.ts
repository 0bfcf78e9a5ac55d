// What the ranks tell each other where their numbers of batches differ: before each pass a rank says which one it is. A
// rank that is at its end says so, and follows the others.
import type { ProcessGroup } from "../process-group.js";
import { onEveryRank } from "./together.js";

/** The longest shape of a sample that can be told. */
const DIMS = 8;

/** What a rank can be about to do. "follow": what the others do. */
const turns = ["follow", "end", "forward", "backward", "backward under noSync"] as const;
export type Turn = (typeof turns)[number];

export class Join {
  /** The forward passes of this rank. */
  steps = 0;
  readonly #group: ProcessGroup;
  /** Whether the ranks have gone forward and not back yet. */
  #open = false;

  constructor(group: ProcessGroup) {
    this.#group = group;
  }

  /**
   * Tells the others what this rank does next, before a forward pass with the shape of its samples. Returns what all do
   * that are not at their end; "end": all are. Throws Error on every rank where some do something else than others, and
   * where a forward pass and its backward pass do not follow each other.
   */
  take(own: Turn, sample: readonly number[] = []): { turn: Turn; sample: readonly number[] } {
    if (sample.length > DIMS)
      throw new RangeError(`join: expected samples of at most ${DIMS} axes, got ${sample.length}`);
    if (own === "forward") this.steps++;
    const told = this.#tell(turns.indexOf(own), sample);
    const going = told.filter(({ turn }) => turn !== "follow" && (this.#open || turn !== "end"));
    const [first = { turn: "end" as Turn, sample, rank: 0 }] = going;
    const other = going.find(({ turn }) => turn !== first.turn);
    if (other)
      throw onEveryRank(
        new Error(`join: rank ${first.rank} calls ${first.turn}, rank ${other.rank} ${other.turn}`),
      );
    if (this.#open !== first.turn.startsWith("backward")) {
      const expected = this.#open ? "backward after forward" : "forward before backward";
      throw onEveryRank(
        new Error(`join: expected ${expected}, got ${first.turn} in rank ${first.rank}`),
      );
    }
    this.#open = first.turn === "forward";
    return first;
  }

  /** The first rank that took most steps. */
  furthest(): number {
    const steps = new Float64Array(this.#group.size);
    this.#group.allGather(steps, Float64Array.of(this.steps));
    return steps.indexOf(Math.max(...steps));
  }

  #tell(turn: number, sample: readonly number[]) {
    const own = new Int32Array(DIMS + 2);
    own.set([turn, sample.length, ...sample]);
    const all = new Int32Array(own.length * this.#group.size);
    this.#group.allGather(all, own);
    return Array.from({ length: this.#group.size }, (_, rank) => {
      const [turn, length, ...dims] = all.subarray(rank * own.length, (rank + 1) * own.length);
      return { rank, turn: turns[turn], sample: dims.slice(0, length) };
    });
  }
}
