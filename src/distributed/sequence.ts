// The collectives of a rank in their order: each is numbered, counted, compared with those of the other ranks on
// demand, and waited for with a deadline.
import type { TypedArray } from "../dtype.js";
import type { Values, Work } from "../process-group.js";
import { compareCalls } from "./check-calls.js";
import { Memory } from "./memory.js";
import { Pending, waitFor } from "./pending.js";
import type { Plan } from "./plan.js";
import type { Transport } from "./transport.js";

/** A collective that is to be started. */
export interface Collective {
  /** What it is, for messages, such as "allReduce sum of float32 [2, 3]". */
  about: string;
  /** Whether it is compared between the ranks, whatever the settings say. */
  compared?: boolean;
  async?: boolean;
  output: Values;
  input?: Values;
  /** What is to be done with the memory of `output` and `input`; without an input `output` comes twice. */
  plan(output: TypedArray, input: TypedArray): Plan;
}

export interface SequenceSettings {
  /** The deadline of every wait, in seconds. */
  timeout: number;
  /** Whether every collective is compared between the ranks first; "first": in the first step of a training. */
  check: boolean | "first";
}

export class Sequence {
  /** The step of the training. */
  step = 0;
  readonly traffic = { collectives: 0, bytes: 0 };
  readonly #transport: Transport;
  readonly #settings: SequenceSettings;
  readonly #pending = new Set<Pending>();
  #number = 0;
  /** Why no other collective can follow. */
  #failure: string | null = null;

  constructor(transport: Transport, settings: SequenceSettings) {
    this.#transport = transport;
    this.#settings = settings;
  }

  start(collective: Collective): Work {
    const { about } = collective;
    if (this.#failure !== null)
      throw new Error(`${about}: this process group has failed: ${this.#failure}`);
    this.#number++;
    const where = this.#where(about);
    let work: Pending;
    try {
      this.#compare(collective, where);
      work = this.#begin(where, collective);
    } catch (cause) {
      throw this.#fail(where, cause);
    }
    if (!collective.async) work.wait();
    return work;
  }

  /** Lets all go on that is under way. */
  poll(): void {
    for (const work of this.#pending) work.poll();
  }

  /** Waits for all that is under way, unless the group has failed. */
  finish(): void {
    if (this.#failure !== null) return;
    for (const work of this.#pending) work.wait();
  }

  #begin(where: string, { async = false, output, input, plan }: Collective): Pending {
    const memory = new Memory(async);
    try {
      const to = memory.hold(output, true);
      const from = input ? memory.hold(input, false) : to;
      const { job, finish } = plan(to, from);
      const work: Pending = new Pending({
        poll: this.#transport.start(job),
        done: () => {
          this.#pending.delete(work);
          finish?.();
          memory.finish();
        },
        failed: (cause) => {
          this.#pending.delete(work);
          memory.release();
          return this.#fail(where, cause);
        },
        wait: () => this.#wait(where, () => work.poll()),
      });
      this.traffic.collectives++;
      this.traffic.bytes += from.byteLength;
      this.#pending.add(work);
      return work;
    } catch (cause) {
      memory.release();
      throw cause;
    }
  }

  /** Refuses all that follows. The first reason stays. */
  fail(reason: string): void {
    this.#failure ??= reason;
  }

  /** From now on the ranks may be out of step: one more collective would take the values of another. */
  #fail(where: string, cause: unknown): Error {
    const error = named(where, cause);
    this.fail(error.message);
    return error;
  }

  #where(about: string): string {
    const { rank, size } = this.#transport;
    const step = this.step > 0 ? `, step ${this.step}` : "";
    return `[rank ${rank} of ${size}] ${about} (collective ${this.#number}${step})`;
  }

  #compare({ about, compared }: Collective, where: string): void {
    const { check } = this.#settings;
    const wanted = compared || (check === "first" ? this.step <= 1 : check);
    if (!wanted || this.#transport.size === 1) return;
    const text = `${about}, collective ${this.#number}`;
    compareCalls(this.#transport, text, where, (poll) => this.#wait(where, poll));
  }

  #wait(where: string, poll: () => boolean): void {
    const { timeout } = this.#settings;
    const left = this.#failure === null ? timeout : 0; // a deadline passes once, not for each that is under way
    waitFor(poll, left, () => {
      const who = this.#transport.missing() || "a rank has ended, hangs or called something else";
      throw this.#fail(where, new Error(`not done after ${timeout} s: ${who}`));
    });
  }
}

/** An error that says which collective it is of. */
function named(where: string, cause: unknown): Error {
  const { message } = cause as Error;
  return message.includes("[rank ")
    ? (cause as Error)
    : new Error(`${where}: ${message}`, { cause });
}
