// A process group: the operations and the checks of their arguments. A Sequence runs them, on a transport.
import { checkOptions } from "../options.js";
import type {
  CollectiveOptions,
  ProcessGroup,
  ReduceOp,
  ReduceOptions,
  Values,
  Work,
} from "../process-group.js";
import { checkMean, checkParts, nameOf } from "./arguments.js";
import { allReducePlan, type Ranks, reduceScatterPlan } from "./plan.js";
import { type Collective, Sequence, type SequenceSettings } from "./sequence.js";
import type { Transport } from "./transport.js";

export interface GroupSettings extends SequenceSettings {
  /** "fixed": reductions are sums in rank order in float64, with the same bits for every backend and library. */
  order: "fast" | "fixed";
}

const ops: readonly ReduceOp[] = ["sum", "mean", "max", "min"];

export class Group implements ProcessGroup {
  readonly #transport: Transport;
  readonly #settings: GroupSettings;
  readonly #sequence: Sequence;
  readonly #ranks: Ranks;
  #closed = false;

  constructor(transport: Transport, settings: GroupSettings) {
    this.#transport = transport;
    this.#settings = settings;
    this.#sequence = new Sequence(transport, settings);
    const { rank, size, ordered } = transport;
    this.#ranks = { rank, size, gathered: settings.order === "fixed" && !ordered };
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
  get traffic(): ProcessGroup["traffic"] {
    return this.#sequence.traffic;
  }
  get step(): number {
    return this.#sequence.step;
  }
  set step(step: number) {
    this.#sequence.step = step;
  }

  allReduce(values: Values, options: ReduceOptions = {}): Work {
    const name = nameOf("allReduce", "values", values);
    const { op, async } = reduction("allReduce", values, options);
    return this.#start({
      about: `allReduce ${op} of ${name}`,
      async,
      output: values,
      plan: (view) => allReducePlan(op, view, this.#ranks),
    });
  }

  broadcast(values: Values, options: CollectiveOptions & { src?: number } = {}): Work {
    const name = nameOf("broadcast", "values", values);
    checkOptions("broadcast", options, { async: "boolean", src: "number" });
    const { src = 0, async } = options;
    if (!Number.isInteger(src) || src < 0 || src >= this.size)
      throw new RangeError(`broadcast: expected src from 0 to ${this.size - 1}, got ${src}`);
    return this.#start({
      about: `broadcast from rank ${src} of ${name}`,
      async,
      output: values,
      plan: (view) => ({ job: { kind: "broadcast", values: view, src } }),
    });
  }

  allGather(output: Values, input: Values, options: CollectiveOptions = {}): Work {
    nameOf("allGather", "output", output);
    const about = `allGather of ${nameOf("allGather", "input", input)}`;
    const { async } = checkOptions("allGather", options, { async: "boolean" });
    checkParts("allGather", this.size, { output }, { input });
    return this.#start({
      ...{ about, async, output, input },
      plan: (output, input) => ({ job: { kind: "allGather", output, input } }),
    });
  }

  reduceScatter(output: Values, input: Values, options: ReduceOptions = {}): Work {
    nameOf("reduceScatter", "output", output);
    const name = nameOf("reduceScatter", "input", input);
    const { op, async } = reduction("reduceScatter", input, options);
    checkParts("reduceScatter", this.size, { input }, { output });
    return this.#start({
      about: `reduceScatter ${op} of ${name}`,
      ...{ async, output, input },
      plan: (output, input) => reduceScatterPlan(op, output, input, this.#ranks),
    });
  }

  barrier(): void {
    this.#meet("barrier");
  }

  #meet(about: string, compared = false): void {
    this.#start({
      ...{ about, compared },
      output: new Int32Array(1),
      plan: (values) => ({ job: { kind: "allReduce", values, op: "max" } }),
    });
  }

  poll(): void {
    this.#sequence.poll();
  }

  fail(reason: string): void {
    if (this.size > 1) this.#sequence.fail(reason);
  }

  abort(reason: unknown): never {
    const text = reason instanceof Error ? (reason.stack ?? String(reason)) : String(reason);
    this.#transport.abort(text);
  }

  close(): void {
    if (this.#closed) return;
    this.#sequence.finish();
    this.#meet("close", true); // a rank that still trains would take it for something else
    this.#closed = true;
    this.#transport.close(this.#settings.timeout);
  }

  #start(collective: Collective): Work {
    if (this.#closed) throw new Error(`${collective.about}: this process group was closed`);
    return this.#sequence.start(collective);
  }
}

function reduction(name: string, values: Values, options: ReduceOptions) {
  const { op = "sum", async } = checkOptions(name, options, { op: ops, async: "boolean" });
  if (op === "mean") checkMean(name, values);
  return { op, async };
}
