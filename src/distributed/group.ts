// A process group: it checks arguments, tells tensors that they were written, counts, and keeps deadlines. What runs a
// collective is a transport.
import { arrays, dtypeOf, type TypedArray } from "../dtype.js";
import { checkOptions, describe } from "../options.js";
import type {
  CollectiveOptions,
  ProcessGroup,
  ReduceOp,
  ReduceOptions,
  Values,
  Work,
} from "../process-group.js";
import { Tensor } from "../tensor.js";
import { compareCalls } from "./check-calls.js";
import {
  checkParts,
  divide,
  dtypeOfValues,
  named,
  nameOf,
  ops,
  plain,
  regionOf,
} from "./collective.js";
import { Pending, waitFor } from "./pending.js";
import { type Job, reduceInto, type Transport } from "./transport.js";

export interface GroupSettings {
  /** The deadline of every wait, in seconds. */
  timeout: number;
  /** "fixed": reductions are sums in rank order in float64, with the same bits for every backend and library. */
  order: "fast" | "fixed";
  /** Whether every collective is compared between the ranks first; "first": in the first step of a training. */
  check: boolean | "first";
}

export class Group implements ProcessGroup {
  step = 0;
  readonly traffic = { collectives: 0, bytes: 0 };
  readonly #transport: Transport;
  readonly #settings: GroupSettings;
  readonly #pending = new Set<Pending>();
  #sequence = 0;
  #closed = false;

  constructor(transport: Transport, settings: GroupSettings) {
    this.#transport = transport;
    this.#settings = settings;
  }

  get rank(): number {
    return this.#transport.rank;
  }
  get size(): number {
    return this.#transport.size;
  }
  get backend(): "mpi" | "local" {
    return this.#transport.backend;
  }
  get version(): string {
    return this.#transport.version;
  }

  allReduce(values: Values, options: ReduceOptions = {}): Work {
    const { op, async } = this.#reduction("allReduce", values, options);
    const about = `allReduce ${op} of ${this.#check("allReduce", "values", values)}`;
    const fixed = this.#settings.order === "fixed" && !this.#transport.ordered;
    return this.#start(
      about,
      async,
      values,
      null,
      (view) => {
        if (!fixed) return { job: { kind: "allReduce", values: view, op: plain(op) } };
        const gathered = new arrays[dtypeOf(view)](this.size * view.length) as TypedArray;
        const finish = () => reduceInto(plain(op), view, this.#parts(gathered, view.length));
        return { job: { kind: "allGather", output: gathered, input: view }, finish };
      },
      op,
    );
  }

  broadcast(values: Values, options: CollectiveOptions & { src?: number } = {}): Work {
    checkOptions("broadcast", options, { async: "boolean", src: "number" });
    const { src = 0, async = false } = options;
    const about = `broadcast from rank ${src} of ${this.#check("broadcast", "values", values)}`;
    if (!Number.isInteger(src) || src < 0 || src >= this.size)
      throw new RangeError(`broadcast: expected src from 0 to ${this.size - 1}, got ${src}`);
    return this.#start(about, async, values, null, (view) => ({
      job: { kind: "broadcast", values: view, src },
    }));
  }

  allGather(output: Values, input: Values, options: CollectiveOptions = {}): Work {
    checkOptions("allGather", options, { async: "boolean" });
    this.#check("allGather", "output", output);
    const about = `allGather of ${this.#check("allGather", "input", input)}`;
    checkParts("allGather", this.size, { output }, { input });
    return this.#start(about, options.async, output, input, (output, input) => ({
      job: { kind: "allGather", output, input: input as TypedArray },
    }));
  }

  reduceScatter(output: Values, input: Values, options: ReduceOptions = {}): Work {
    const { op, async } = this.#reduction("reduceScatter", input, options);
    this.#check("reduceScatter", "output", output);
    const about = `reduceScatter ${op} of ${this.#check("reduceScatter", "input", input)}`;
    checkParts("reduceScatter", this.size, { input }, { output });
    const fixed = this.#settings.order === "fixed" && !this.#transport.ordered;
    return this.#start(
      about,
      async,
      output,
      input,
      (output, view) => {
        const input = view as TypedArray;
        if (!fixed) return { job: { kind: "reduceScatter", output, input, op: plain(op) } };
        const gathered = new arrays[dtypeOf(input)](this.size * input.length) as TypedArray;
        const own = () =>
          this.#parts(gathered, input.length).map((part) => {
            const start = this.rank * output.length;
            return part.subarray(start, start + output.length) as TypedArray;
          });
        const finish = () => reduceInto(plain(op), output, own());
        return { job: { kind: "allGather", output: gathered, input }, finish };
      },
      op,
    );
  }

  barrier(): void {
    this.#start("barrier", false, new Int32Array(1), null, (values) => ({
      job: { kind: "allReduce", values, op: "max" },
    }));
  }

  poll(): void {
    for (const work of this.#pending) work.poll();
  }

  abort(reason: unknown): never {
    this.#transport.abort(
      reason instanceof Error ? (reason.stack ?? String(reason)) : String(reason),
    );
  }

  close(): void {
    if (this.#closed) return;
    for (const work of this.#pending) work.wait();
    this.barrier();
    this.#closed = true;
    this.#transport.close(this.#settings.timeout);
  }

  #parts(gathered: TypedArray, length: number): TypedArray[] {
    return Array.from(
      { length: this.size },
      (_, r) => gathered.subarray(r * length, (r + 1) * length) as TypedArray,
    );
  }

  #reduction(name: string, values: Values, options: ReduceOptions) {
    checkOptions(name, options, { op: ops, async: "boolean" });
    const { op = "sum", async = false } = options;
    const dtype = dtypeOfValues(values);
    if (op === "mean" && !dtype.startsWith("float"))
      throw new TypeError(`${name}: a mean needs float32 or float64, got ${dtype}; take the sum`);
    return { op, async };
  }

  /** Refuses what is no tensor and no typed array. Returns what it is, for messages. */
  #check(op: string, name: string, values: Values): string {
    if (this.#closed) throw new Error(`${op}: this process group was closed`);
    if (values instanceof Tensor)
      values.ptr; // throws if it was disposed
    else if (!ArrayBuffer.isView(values))
      throw new TypeError(
        `${op}: expected ${name} to be a tensor or a typed array, got ${describe(values)}`,
      );
    return nameOf(values);
  }

  #where(about: string): string {
    const step = this.step > 0 ? `, step ${this.step}` : "";
    return `[rank ${this.rank} of ${this.size}] ${about} (collective ${this.#sequence}${step})`;
  }

  #wait(about: string, where: string, poll: () => boolean): void {
    const { timeout } = this.#settings;
    waitFor(poll, timeout, () => {
      const who = this.#transport.missing() || "a rank has ended, hangs or called something else";
      throw new Error(`${where}: not done after ${timeout} s: ${who}`, { cause: about });
    });
  }

  get #checking(): boolean {
    const { check } = this.#settings;
    return check === "first" ? this.step <= 1 : check;
  }

  #start(
    about: string,
    async: boolean | undefined,
    output: Values,
    input: Values | null,
    plan: (output: TypedArray, input?: TypedArray) => { job: Job; finish?: () => void },
    op?: ReduceOp,
  ): Work {
    if (this.#closed) throw new Error(`${about}: this process group was closed`);
    this.#sequence++;
    const where = this.#where(about);
    if (this.#checking && this.size > 1) {
      const text = `${about}, collective ${this.#sequence}`;
      compareCalls(this.#transport, text, where, (poll) => this.#wait("check", where, poll));
    }
    const to = regionOf(output, true, async === true);
    const from = input === null ? null : regionOf(input, false, async === true);
    const { job, finish } = plan(to.view, from?.view);
    this.traffic.collectives++;
    this.traffic.bytes += (from ?? to).view.byteLength;
    const poll = named(where, this.#transport.start(job));
    const work: Pending = new Pending(
      poll,
      () => {
        this.#pending.delete(work);
        finish?.();
        if (op === "mean") divide(to.view as Float64Array, this.size);
        to.finish();
        from?.finish();
      },
      (work) => this.#wait(about, where, () => work.poll()),
    );
    this.#pending.add(work);
    if (!async) work.wait();
    return work;
  }
}
