import { Module } from "../nn/module.js";
import { checkInteger } from "../numbers.js";
import { checkOptions, describe, type Rules, synchronously } from "../options.js";
import type { ProcessGroup } from "../process-group.js";
import { show } from "../shape.js";
import { Tensor, tidy, zeros } from "../tensor.js";
import { GradientSums } from "./gradient-sums.js";
import { Join } from "./join.js";
import { Learned } from "./learned.js";
import { onEveryRank, together } from "./together.js";
import { refuseUnused, unreached } from "./unused.js";

/** Options of `DistributedDataParallel`. */
export interface DistributedDataParallelOptions {
  /** The ranks that train together. */
  processGroup: ProcessGroup;
  /** The size of the arrays in which gradients are summed, in MiB. Default 25. */
  bucketCapMb?: number;
  /** Whether the ranks begin with the buffers of rank 0, as they do with its parameters. Default true. */
  broadcastBuffers?: boolean;
  /** Whether parameters that the loss does not depend on get gradients of 0, in place of an error. Default false. */
  findUnusedParameters?: boolean;
}

const rules: Rules<DistributedDataParallelOptions> = {
  processGroup: "Object",
  bucketCapMb: "number",
  broadcastBuffers: "boolean",
  findUnusedParameters: "boolean",
};

/**
 * The same module in every rank, each with its own part of the batch. `backward(loss, count)` gives every rank the
 * gradient of the mean over all samples. Keys of the state dict are those of the module. All ranks must make it, and
 * call `backward`, `syncBuffers` and `join`, together. Nothing else communicates. As torch.nn.parallel's, but for the
 * weights: parts of a batch need not be of one size.
 */
export class DistributedDataParallel extends Module {
  readonly module: Module;
  readonly processGroup: ProcessGroup;
  readonly #findUnused: boolean;
  readonly #learned: Learned;
  readonly #gradients: GradientSums;
  #syncs = true;
  /** null outside of `join`. */
  #join: Join | null = null;

  /**
   * Compares the module with that of the other ranks, and takes the values of rank 0. Throws TypeError for wrong
   * options, Error on every rank where the modules differ.
   */
  constructor(module: Module, options: DistributedDataParallelOptions) {
    super();
    const op = "DistributedDataParallel";
    if (!(module instanceof Module))
      throw new TypeError(`${op}: expected a layer, got ${describe(module)}`);
    const own = checkOptions(op, options, rules);
    const { processGroup: group, bucketCapMb = 25 } = own;
    const { broadcastBuffers = true, findUnusedParameters = false } = own;
    if (typeof group?.allReduce !== "function")
      throw new TypeError(`${op}: expected a process group, got ${describe(group)}`);
    if (!(bucketCapMb > 0))
      throw new RangeError(`${op}: expected bucketCapMb above 0, got ${bucketCapMb}`);
    this.module = module;
    this.processGroup = group;
    this.training = module.training;
    this.#findUnused = findUnusedParameters;
    const settings = JSON.stringify({ bucketCapMb, broadcastBuffers, findUnusedParameters });
    this.#learned = new Learned(op, this, group, settings);
    this.#broadcast(broadcastBuffers ? [...module.stateDict().values()] : module.parameters(), 0);
    const parameters = [...this.#learned.names().keys()];
    this.#gradients = new GradientSums(group, parameters, bucketCapMb * 2 ** 20);
  }

  /** The module under the name "", so that the keys of its layers are those of the module itself. */
  override *children(): Generator<[string, Module]> {
    yield ["", this.module];
  }

  protected override setChild(_name: string, child: Module): void {
    Object.assign(this, { module: child });
  }

  override *modules(prefix = ""): Generator<[string, Module]> {
    yield* this.module.modules(prefix);
  }

  override train(mode = true): this {
    this.module.train(mode);
    this.training = mode;
    return this;
  }

  override forward(x: Tensor, ...conditions: never[]): Tensor {
    if (this.training && x instanceof Tensor) this.#join?.take("forward", x.shape.slice(1));
    return together(this.processGroup, "forward", () => this.module.forward(x, ...conditions));
  }

  /**
   * Adds to `.grad` the gradient of the mean of the loss over the samples of all ranks. `loss` is the mean over the
   * `count` samples of this rank; it is weighted by its share of the samples before its backward pass. A rank without
   * samples gives what it got from an input [0, …], and 0. Under `noSync` the gradients wait for the next call outside.
   */
  backward(loss: Tensor, count: number): void {
    const op = "DistributedDataParallel.backward";
    if (!(loss instanceof Tensor))
      throw new TypeError(`${op}: expected a loss, got ${describe(loss)}`);
    checkInteger(op, "count", count, 0);
    if (loss.size !== 1 && count > 0)
      throw new RangeError(`${op}: expected a loss of one element, got ${show(loss.shape)}`);
    if (!this.#syncs && this.#gradients.areSums)
      throw new Error(
        `${op}: there are sums of an earlier call in .grad; call zeroGrad() before noSync`,
      );
    this.#join?.take(this.#syncs ? "backward" : "backward under noSync");
    together(this.processGroup, "backward", () => this.#back(op, loss, count));
  }

  #back(op: string, loss: Tensor, count: number): void {
    const names = this.#learned.names();
    const parameters = [...names.keys()];
    const changed = this.#learned.differ(op, names, (one) => this.#gradients.waits(one));
    this.#gradients.use(parameters);
    if (!this.#syncs) {
      this.#gradients.accumulate(loss, count);
      return;
    }
    const { processGroup: group } = this;
    group.step++;
    const unused = unreached(loss, parameters);
    const sums = Float64Array.of(count + this.#gradients.waiting, unused.length, changed ? 1 : 0);
    group.allReduce(sums);
    const [total, unusedInAll, changedInAll] = sums;
    if (changedInAll > 0) this.#learned.agree(op);
    if (parameters.length === 0 && !loss.requiresGrad)
      // a pass of others sends nothing then
      throw onEveryRank(new Error(`${op}: no parameter needs a gradient`));
    if (total === 0) throw onEveryRank(new RangeError(`${op}: no rank has a sample`));
    if (unusedInAll > 0 && !this.#findUnused) refuseUnused(group, names, unused);
    this.#gradients.sum(loss, count, total, unusedInAll === 0);
  }

  /** Runs `fn`, whose calls of `backward` send no gradients: they go with those of the next one outside. */
  noSync<T>(fn: () => T): T {
    const before = this.#syncs;
    this.#syncs = false;
    try {
      return synchronously("noSync", fn);
    } finally {
      this.#syncs = before;
    }
  }

  /** Gives all ranks the buffers of rank 0, such as running statistics of norms that are not synchronised. */
  syncBuffers(): void {
    const learned = new Set<unknown>(this.module.parameters());
    this.#broadcast(
      [...this.module.stateDict().values()].filter((tensor) => !learned.has(tensor)),
      0,
    );
  }

  /**
   * Runs `fn`, a loop of `forward` and `backward`, whose number of rounds may differ between the ranks: whoever is done
   * goes on with empty batches until all are. In the end all ranks get parameters and buffers of the rank that took
   * most steps; optimisers keep their own state. Only for modules of one input. In training each forward pass has its
   * backward pass, under `noSync` in all ranks or in none; Error on every rank where that does not hold.
   */
  join<T>(fn: () => T): T {
    if (this.#join) throw new Error("join: called within itself");
    const join = new Join(this.processGroup);
    this.#join = join;
    try {
      return together(this.processGroup, "join", () => {
        const result = synchronously("join", fn);
        this.#follow(join);
        this.#broadcast([...this.module.stateDict().values()], join.furthest());
        return result;
      });
    } finally {
      this.#join = null;
    }
  }

  /** Does on empty batches what the others do, until all are at their end. */
  #follow(join: Join): void {
    const layers = [this, ...[...this.modules()].map(([, layer]) => layer)];
    const modes = layers.map((layer) => [layer, layer.training] as const);
    const [any] = this.module.stateDict().values();
    let { turn, sample } = join.take("end");
    if (turn === "end") return;
    if (!this.training) this.train();
    if (this.#gradients.areSums) this.zeroGrad();
    for (; turn === "forward"; { turn, sample } = join.take("follow"))
      tidy(() => {
        const loss = this.module.forward(zeros([0, ...sample], { runtime: any?.runtime }));
        const { turn } = join.take("follow");
        const back = () => this.#back("join", loss, 0);
        if (turn !== "backward") return this.noSync(back);
        back();
        this.zeroGrad();
      });
    for (const [layer, training] of modes) layer.training = training;
  }

  override toString(): string {
    return `${this.constructor.name}(${`\n${this.module}`.replace(/\n/g, "\n  ")}\n)`;
  }

  #broadcast(tensors: readonly Parameters<ProcessGroup["broadcast"]>[0][], src: number): void {
    for (const tensor of tensors) this.processGroup.broadcast(tensor, { src });
  }
}
