import { call, noteMade, onRefusal } from "./call.js";
import {
  type ArrayOf,
  arrays,
  type CopyOf,
  type DType,
  dtypeOf,
  type TypedArray,
} from "./dtype.js";
import { format } from "./format.js";
import { checkOptions, describe, type Rules } from "./options.js";
import { type Address, NOWHERE } from "./runtime/address.js";
import { defaultRuntime } from "./runtime/default-runtime.js";
import { MemoryFull } from "./runtime/memory.js";
import type { Runtime } from "./runtime/runtime.js";
import { enterScope, leaveScope, type Scoped } from "./scope.js";
import { checkDims, inferShape, isShape, type Shape, show, sizeOf } from "./shape.js";
import { collected, type GradNode, Handle, Storage } from "./storage.js";

export type { ArrayOf, DType, TypedArray } from "./dtype.js";
export { keep, tidy } from "./scope.js";
export { inferShape, isShape, type Shape, show, sizeOf } from "./shape.js";
export type { GradNode } from "./storage.js";

const inspectSymbol: unique symbol = Symbol.for("nodejs.util.inspect.custom");
/** `Symbol.dispose`. Engines without it (WebKit) get the symbol that compiled `using` declarations look for. */
export const disposeSymbol: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

/**
 * The base for `using` and `console.log`. Bundlers can drop an unused class only if it has no computed names, so these
 * names stand here.
 */
export abstract class Held {
  abstract dispose(): void;

  /** Does what `dispose` does, at the end of a `using` declaration's block. */
  [disposeSymbol](): void {
    this.dispose();
  }

  /** The text that `console.log` shows in Node, Deno and Bun. */
  [inspectSymbol](): string {
    return this.toString();
  }
}

/** Options of `backward`. */
export interface BackwardOptions {
  /**
   * Whether the gradients are part of the graph themselves, so that they can be differentiated; false by default. The
   * rules for this come with `grad`.
   */
  createGraph?: boolean;
  /** Whether the graph can be used again; the value of `createGraph` by default. Without it the graph is freed. */
  retainGraph?: boolean;
}

/** The part of autograd.ts that tensors call. autograd.ts registers itself, so that imports keep running one way. */
export interface Tape {
  backward(root: Tensor, gradient?: Tensor, options?: BackwardOptions): void;
  /** Records that `out` is `source` under another shape. */
  recordView(out: Tensor, source: Tensor): void;
}

let tape: Tape | null = null;
export function setTape(value: Tape): void {
  tape = value;
}

/**
 * Takes memory for a tensor. Every tensor is limited here: by its number of elements, and by what `allocate` can give.
 */
function storageFor(runtime: Runtime, shape: Shape, dtype: DType): Storage {
  const size = sizeOf(shape);
  if (!(size < 2 ** 31)) throw misfit(shape, "a tensor has fewer than 2³¹ elements");
  try {
    return new Storage(runtime, size * arrays[dtype].BYTES_PER_ELEMENT);
  } catch (error) {
    throw error instanceof RangeError ? misfit(shape, error.message, error) : error;
  }
}

const misfit = (shape: Shape, why: string, cause?: unknown) =>
  new MemoryFull(`a result of shape ${show(shape)} does not fit into the memory (${why})`, {
    cause,
  });

/** Called with a leaf whose gradient is complete. */
export type GradHook = (leaf: Tensor) => void;

/** An n-dimensional array, row-major, in a runtime's linear memory. */
export class Tensor<D extends DType = "float32"> {
  readonly runtime: Runtime;
  readonly shape: Shape;
  readonly dtype: D;
  /** The number of elements. */
  readonly size: number;
  #grad: Tensor | null = null;
  #requiresGrad = false;
  readonly #handle: Handle;
  #watched = false;
  /** @internal */
  scope: Set<Scoped> | null = null;

  /** @internal Use `tensor`, `zeros` or `empty`. */
  constructor(runtime: Runtime, shape: Shape, dtype: D, shareWith?: AnyTensor, owned = false) {
    this.runtime = runtime;
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    if (shareWith) {
      const { storage } = shareWith.#live();
      storage.refs++;
      this.#handle = new Handle(storage);
    } else {
      this.#handle = new Handle(storageFor(runtime, shape, dtype));
    }
    if (owned) return; // its holder disposes of it, whatever happens
    enterScope(this);
    noteMade(this);
  }

  /** @internal Has the garbage collector free it. To be watched costs 0.3 µs, which members of a scope do not pay. */
  watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    collected?.register(this, this.#handle, this.#handle);
  }

  #live(): { storage: Storage; node: GradNode | null } {
    if (!this.#handle.storage) {
      throw new Error(
        `tensor of shape ${show(this.shape)} was used after it was disposed; return it from tidy() or keep() it`,
      );
    }
    return this.#handle as { storage: Storage; node: GradNode | null };
  }

  /** The byte address in linear memory. */
  get ptr(): Address {
    return this.#live().storage.block.start;
  }

  get disposed(): boolean {
    return this.#handle.storage === null;
  }

  /**
   * The elements: a typed-array view over linear memory, not a copy. Each call makes a new view. Do not keep one: after
   * the memory has grown, an older view is empty. After a view was handed out, kernels pack the weights again at every
   * call, because they may change at any time; `toArray()` has no such cost. A write through the view cannot be seen.
   * Between a forward pass and its `backward()` such a write gives gradients of the new values;
   * `createRuntime({ checkSaved: true })` finds this.
   */
  get data(): ArrayOf[D] {
    const { storage } = this.#live();
    storage.unpack();
    storage.open = true;
    return this.elements;
  }

  /**
   * @internal The elements, for callers that keep the view no longer than one call and call `written()` after each
   * write.
   */
  get elements(): ArrayOf[D] {
    const { start } = this.#live().storage.block;
    return new arrays[this.dtype](this.runtime.memory.buffer, start, this.size) as ArrayOf[D];
  }

  /**
   * @internal Must be called after every change that does not go through `data`. It drops the packed form of the
   * elements, and a graph that saved the old elements will refuse its backward pass.
   */
  written(): void {
    this.#live().storage.written();
  }

  /**
   * @internal The version of the memory when this tensor began to hold it. After a write, `storage.version` is larger.
   */
  get version(): number {
    return this.#handle.version;
  }

  /** @internal */
  get storage(): Storage {
    return this.#live().storage;
  }

  /** A copy of the elements outside linear memory: to keep it, or for an API that refuses shared memory. */
  toArray(): CopyOf[D] {
    return this.elements.slice() as CopyOf[D];
  }

  /**
   * The only element.
   * @throws RangeError if there are more
   */
  item(): number {
    if (this.size !== 1)
      throw new RangeError(`item: expected one element, got shape ${show(this.shape)}`);
    return Number(this.elements[0]);
  }

  /**
   * The sum of the gradients that `backward()` brought here; null before the first one. Only leaves with `requiresGrad`
   * collect gradients.
   */
  get grad(): Tensor | null {
    return this.#grad;
  }

  /**
   * Refuses, as PyTorch does, a value that cannot be this tensor's gradient: TypeError for another dtype, RangeError
   * for another shape.
   */
  set grad(value: Tensor | null) {
    if (value !== null) checkGrad(this, value);
    this.#grad = value;
  }

  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }

  /** Only a leaf can change this. */
  set requiresGrad(value: boolean) {
    if (typeof value !== "boolean")
      throw new TypeError(`requiresGrad: expected true or false, got ${describe(value)}`);
    if (value && this.dtype !== "float32") {
      throw new TypeError(
        `requiresGrad: only float32 tensors can require gradients, got ${this.dtype}`,
      );
    }
    if (this.node && !value)
      throw new Error("requiresGrad: only leaf tensors can stop it; use detach()");
    this.#requiresGrad = value;
  }

  /** @internal What `registerPostAccumulateGradHook` was given; null: nothing, ever. */
  gradHooks: Set<GradHook> | null = null;

  /**
   * Has `hook(leaf)` called in each `backward()` as soon as the `.grad` of this leaf is complete, while the pass goes
   * on elsewhere. If the pass is refused later, `.grad` becomes again what it was. As in PyTorch. Returns the handle
   * that removes the hook.
   * @throws TypeError for no function, Error unless this is a leaf with `requiresGrad`
   */
  registerPostAccumulateGradHook(
    this: Tensor,
    hook: GradHook,
  ): {
    /** Removes the hook. A second call does nothing. */
    remove(): void;
  } {
    if (typeof hook !== "function")
      throw new TypeError(
        `registerPostAccumulateGradHook: expected a function, got ${describe(hook)}`,
      );
    if (!this.#requiresGrad || this.node)
      throw new Error("registerPostAccumulateGradHook: expected a leaf that requires gradients");
    const own: GradHook = (leaf) => hook(leaf);
    this.gradHooks ??= new Set();
    this.gradHooks.add(own);
    return { remove: () => void this.gradHooks?.delete(own) };
  }

  /** @internal The graph node that made this tensor; null for a leaf. */
  get node(): GradNode | null {
    return this.#handle.node;
  }

  /** @internal */
  attach(node: GradNode): void {
    this.#live().node = node;
    this.#requiresGrad = true;
  }

  /** @internal True if no other tensor or graph holds this memory, so that it may be overwritten. */
  get exclusive(): boolean {
    return this.#live().storage.refs === 1;
  }

  /**
   * Adds to `.grad` of every leaf this tensor depends on. `gradient` (same shape) may be left out for a single element.
   * A refused call changes nothing. With `createGraph` each `.grad` is a new tensor, which can be differentiated.
   * @throws Error if nothing was recorded, if the graph was used before without `retainGraph`, or if something it saved
   *   was written since (by an optimiser, a state dict, …): then run the forward pass again; with `createGraph` also
   *   for an op that has no second derivative
   */
  backward(this: Tensor, gradient?: Tensor, options?: BackwardOptions): void {
    this.#live();
    if (!this.#requiresGrad || !tape) {
      throw new Error(
        "backward: this tensor does not require gradients and came out of no operation that does",
      );
    }
    tape.backward(this, gradient, options);
  }

  /** A tensor with this memory, outside the graph. */
  detach(): Tensor<D> {
    return alias(this, this.shape);
  }

  /** A tensor with this memory under another shape. One length may be −1. */
  reshape(shape: Shape): Tensor<D> {
    const out = alias(this, inferShape("reshape", this.size, shape));
    if (this.#requiresGrad) tape?.recordView(out as unknown as Tensor, this as unknown as Tensor);
    return out;
  }

  /**
   * Frees the memory, once no reshape or graph needs it, and the memory of its gradient. A second call does nothing.
   */
  dispose(): void {
    if (this.#watched) collected?.unregister(this.#handle);
    this.#handle.release();
    leaveScope(this);
    this.#grad?.dispose();
    this.#grad = null;
  }

  /** Does what `dispose` does, at the end of a `using` declaration's block. */
  [disposeSymbol](): void {
    this.dispose();
  }

  /** Dtype, shape and values. With more than 1,000 elements only the ends of each axis are shown. */
  toString(): string {
    const { dtype, shape, disposed } = this;
    if (disposed) return `Tensor(${dtype}, ${show(shape)}, disposed)`;
    const values = format(this.elements, shape);
    return `Tensor(${dtype}, ${show(shape)})${values.includes("\n") ? "\n" : " "}${values}`;
  }

  /** The text that `console.log` shows in Node, Deno and Bun. */
  [inspectSymbol](): string {
    return this.toString();
  }

  /** The text for `${x}`. Arithmetic on a tensor, such as `x * 2`, would be NaN or a text: it is refused. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new TypeError(
      "tensor: operators do not compute with tensors: use add(x, y), mul(x, 2), …, x.item() for its number, " +
        "String(x) for its text",
    );
  }

  /** All values. What JSON has no number for becomes text: a large int64, NaN (it would be null), ±Infinity. */
  toJSON(): { shape: Shape; dtype: D; data: (number | string)[] } {
    const plain = (v: number | bigint) =>
      Number.isFinite(v) || Number.isSafeInteger(Number(v)) ? Number(v) : String(v);
    return { shape: this.shape, dtype: this.dtype, data: Array.from(this.elements, plain) };
  }
}

function checkGrad(of: AnyTensor, grad: Tensor): void {
  if (!(grad instanceof Tensor))
    throw new TypeError(`grad: expected a tensor or null, got ${describe(grad)}`);
  if (of.dtype !== "float32" || grad.dtype !== of.dtype) {
    throw new TypeError(
      `grad: expected a float32 gradient of a float32 tensor, got ${grad.dtype} for ${of.dtype}`,
    );
  }
  if (!isShape(grad.shape, of.shape))
    throw new RangeError(`grad: expected shape ${show(of.shape)}, got ${show(grad.shape)}`);
  if (grad.runtime !== of.runtime)
    throw new Error(
      "grad: the tensors belong to two runtimes; make them with the same { runtime }",
    );
  grad.ptr; // throws if the gradient was disposed
}

/** A tensor of any dtype. */
export type AnyTensor = Tensor<DType>;

/** @internal The address of a tensor that may be absent. */
export const addressOf = (tensor: AnyTensor | null | undefined): Address => tensor?.ptr ?? NOWHERE;

/** @internal An uninitialised tensor: for ops that write every element. */
export function empty<D extends DType = "float32">(
  runtime: Runtime,
  shape: Shape,
  dtype?: D,
): Tensor<D> {
  return new Tensor(runtime, shape, dtype ?? ("float32" as D));
}

/** @internal The memory of `source` under `shape` (same size), outside any graph. */
export function alias<D extends DType>(source: Tensor<D>, shape: Shape = source.shape): Tensor<D> {
  return new Tensor(source.runtime, shape, source.dtype, source);
}

/**
 * @internal An alias that its holder disposes of. It is in no `tidy`, and the garbage collector watches the holder, not
 * the alias. To be watched costs 0.3 µs: a recorded layer norm of one row, which saves three tensors, took 3.9 µs
 * instead of 3.0 µs.
 */
export function hold<D extends DType>(source: Tensor<D>, shape = source.shape): Tensor<D> {
  return new Tensor(source.runtime, shape, source.dtype, source, true);
}

/**
 * @internal An uninitialised tensor for a `using` declaration, which always disposes of it. The garbage collector does
 * not watch it either. With it for the statistics, a layer norm of one row takes 2.5 µs instead of 3.0 µs.
 */
export function temporary<D extends DType = "float32">(
  runtime: Runtime,
  shape: Shape,
  dtype?: D,
): Tensor<D> {
  return new Tensor(runtime, shape, dtype ?? ("float32" as D), undefined, true);
}

/**
 * @internal Must be called before a write to a tensor that outlives the call. If the call is refused, the tensor gets
 * its values and its version back, so that graphs that saved it can still go back.
 */
export function changing({ runtime, dtype, storage, elements }: AnyTensor): void {
  const before = elements.slice();
  const { version } = storage;
  onRefusal(() => {
    if (storage.refs === 0) return; // nobody can see it any more
    const { start } = storage.block;
    new arrays[dtype](runtime.memory.buffer, start, before.length).set(before as never);
    storage.written();
    storage.version = version;
  });
}

/** @internal Runs `write`, which writes to tensors that outlive the call. */
export function rewrite(tensors: readonly AnyTensor[], write: () => void): void {
  for (const tensor of tensors) changing(tensor);
  write();
  for (const tensor of tensors) tensor.written();
}

/** Options of `tensor`, `full`, `zeros` and `ones`. */
export interface TensorOptions<D extends DType = DType> {
  /** The type of the elements; float32 by default, or that of a typed array. */
  dtype?: D;
  /** Whether the tensor collects a gradient; false by default. Only float32 can. */
  requiresGrad?: boolean;
  /** Default: the runtime of `init()`. */
  runtime?: Runtime;
}

const rules: Rules<TensorOptions> = {
  dtype: "string",
  requiresGrad: "boolean",
  runtime: "Runtime",
};

type Data = TypedArray | readonly number[] | number;
type DTypeOf<T> = T extends Float64Array | Int32Array | Uint8Array | BigInt64Array
  ? { [D in DType]: T extends ArrayOf[D] ? D : never }[DType]
  : "float32";

/**
 * A tensor with a copy of `data`, row-major. A typed array keeps its dtype, numbers become float32. Without `shape`, a
 * number makes a scalar (shape []) and a list makes a vector.
 * @throws RangeError if the length does not fit the shape; TypeError for data that are no numbers, and for int64 from
 *   anything but a BigInt64Array
 */
export function tensor<T extends Data, D extends DType = DTypeOf<T>>(
  data: T,
  shape?: Shape,
  options: TensorOptions<D> = {},
): Tensor<D> {
  checkOptions("tensor", options, rules);
  return call("tensor", () => {
    const list = typeof data === "number" ? [data] : data;
    if (!Array.isArray(list) && !ArrayBuffer.isView(list)) {
      throw new TypeError(
        `tensor: expected a typed array, an array of numbers or a number, got ${describe(data)}`,
      );
    }
    const dims = shape ?? (typeof data === "number" ? [] : [list.length]);
    const dtype = options.dtype ?? dtypeOf(list);
    if (Object(dims) === dims && !Array.isArray(dims))
      throw new TypeError(
        `tensor: expected a shape, got ${describe(dims)}; options come third: tensor(data, shape, options)`,
      );
    checkDims("tensor", dims);
    if (sizeOf(dims) !== list.length) {
      throw new RangeError(
        `tensor: expected ${sizeOf(dims)} elements for shape ${show(dims)}, got ${list.length}`,
      );
    }
    if ((dtype === "int64") !== (dtypeOf(list) === "int64") && list.length > 0) {
      throw new TypeError(
        "tensor: int64 tensors are made from a BigInt64Array, and nothing else is",
      );
    }
    if (Array.isArray(list)) checkElements(list);
    const out = make("tensor", dims, { ...options, dtype: dtype as D });
    out.elements.set(list as never);
    return out;
  });
}

/** Holes in the list are checked too: they are no numbers either. */
function checkElements(list: readonly unknown[]): void {
  const at = list.findIndex((value) => typeof value !== "number");
  if (at < 0) return;
  const hint = Array.isArray(list[at])
    ? "; nested arrays need flat() and a shape"
    : `, got ${describe(list[at])} at index ${at}`;
  throw new TypeError(`tensor: expected an array of numbers${hint}`);
}

function filled<D extends DType>(
  op: string,
  shape: Shape,
  value: number,
  options: TensorOptions<D> = {},
): Tensor<D> {
  checkDims(op, shape, options);
  checkOptions(op, options, rules);
  if (typeof value !== "number")
    throw new TypeError(`${op}: expected value to be a number, got ${describe(value)}`);
  const whole = options.dtype === "int64";
  if (whole && !Number.isInteger(value))
    throw new RangeError(`${op}: expected value to be an integer, got ${value}`);
  const out = call(op, () => make(op, shape, options));
  out.elements.fill((whole ? BigInt(value) : value) as never);
  return out;
}

/**
 * A tensor filled with `value`.
 * @throws RangeError for an int64 value that is not an integer
 */
export const full = <D extends DType = "float32">(
  shape: Shape,
  value: number,
  options?: TensorOptions<D>,
): Tensor<D> => filled("full", shape, value, options);

/** A tensor filled with 0. */
export const zeros = <D extends DType = "float32">(
  shape: Shape,
  options?: TensorOptions<D>,
): Tensor<D> => filled("zeros", shape, 0, options);

/** A tensor filled with 1. */
export const ones = <D extends DType = "float32">(
  shape: Shape,
  options?: TensorOptions<D>,
): Tensor<D> => filled("ones", shape, 1, options);

function make<D extends DType>(op: string, shape: Shape, options: TensorOptions<D>): Tensor<D> {
  const { runtime = defaultRuntime(), dtype = "float32" as D, requiresGrad = false } = options;
  if (!Object.hasOwn(arrays, dtype))
    throw new TypeError(
      `${op}: unknown dtype ${String(dtype)}; known: ${Object.keys(arrays).join(", ")}`,
    );
  if (requiresGrad && dtype !== "float32") {
    throw new TypeError(`${op}: only float32 tensors can require gradients, got ${dtype}`);
  }
  const out = new Tensor(runtime, [...shape], dtype);
  out.requiresGrad = requiresGrad;
  return out;
}
