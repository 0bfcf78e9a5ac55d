/** Lengths with the batch axis first; null where any length is allowed. */
export type KerasShape = readonly (number | null)[];

/** A layer as Keras (`keras.saving.serialize_keras_object`) and tfjs (`getConfig`) serialise it. */
export interface KerasLayer {
  class_name: string;
  config?: Readonly<Record<string, unknown>>;
  build_config?: { input_shape?: KerasShape } | null;
}

/** Keys that do not change the values: names, types, and how Keras computes. */
const IRRELEVANT = /^(name|dtype|trainable|fused|synchronized|(batch_)?(input_)?shape)$/;

const CONSTANTS = new Map([
  ["zeros", 0],
  ["Zeros", 0],
  ["ones", 1],
  ["Ones", 1],
]);

/**
 * Reads a layer's config, with keys in snake case or camel case. `end` throws RangeError for keys that no one has read.
 */
export class KerasConfig {
  readonly name: string;
  readonly shape: KerasShape;
  readonly trainable: boolean;
  readonly #rest: Map<string, unknown>;

  constructor(
    name: string,
    config: Readonly<Record<string, unknown>>,
    shape: KerasShape | undefined,
  ) {
    const snake = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    this.name = name;
    this.#rest = new Map(Object.entries(config).map(([key, value]) => [snake(key), value]));
    this.trainable = this.#rest.get("trainable") !== false;
    this.shape = Array.isArray(shape) ? shape : [];
    if (this.shape.length < 2)
      this.refuse("needs the shape of its input, such as [null, 32, 32, 64]");
  }

  refuse(what: string): never {
    throw new RangeError(`fromKeras: ${this.name}: ${what}`);
  }

  #take<T>(key: string, usual: T): unknown {
    const value = this.#rest.get(key) ?? usual;
    this.#rest.delete(key);
    return value;
  }

  number(key: string, usual: number): number {
    const value = this.#take(key, usual);
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return this.refuse(`expected ${key} to be a number, got ${JSON.stringify(value)}`);
  }

  flag(key: string, usual: boolean): boolean {
    const value = this.#take(key, usual);
    if (typeof value === "boolean") return value;
    return this.refuse(`expected ${key} to be true or false, got ${JSON.stringify(value)}`);
  }

  /** The single value that an initializer gives: zeros, ones, or a constant. */
  constant(key: string, usual: number): number {
    const value = this.#take(key, null);
    if (value === null) return usual;
    const { class_name = value, config } = value as { class_name?: string; config?: unknown };
    if (class_name === "Constant") {
      const { value: constant = 0 } = (config ?? {}) as { value?: number };
      if (typeof constant === "number" && Number.isFinite(constant)) return constant;
      return this.refuse(`expected ${key} to be a number, got ${JSON.stringify(constant)}`);
    }
    const known = CONSTANTS.get(class_name as string);
    return known ?? this.refuse(`no counterpart for ${key} ${JSON.stringify(class_name)}`);
  }

  /** The normalised axes in ascending order, counted from the start. The default is the last axis. */
  axes(): number[] {
    const rank = this.shape.length;
    const given = this.#take("axis", -1);
    const axes = (Array.isArray(given) ? given : [given]).map((axis) =>
      Number.isInteger(axis) && axis < 0 ? axis + rank : axis,
    );
    if (axes.length > 0 && axes.every((axis) => Number.isInteger(axis) && axis > 0 && axis < rank))
      return axes.sort((a, b) => a - b);
    return this.refuse(`expected axes of ${rank}, not the batch, got ${JSON.stringify(given)}`);
  }

  axis(): number {
    const [axis, ...more] = this.axes();
    return more.length === 0 ? axis : this.refuse("expected one axis");
  }

  length(axis: number): number {
    const value = this.shape[axis];
    return value ?? this.refuse(`the input's axis ${axis} needs a length`);
  }

  /**
   * The lengths of the normalised axes if these are the last ones, or null for axis 1 alone. Other axes are refused.
   */
  trailing(): number[] | null {
    const axes = this.axes();
    const first = this.shape.length - axes.length;
    if (axes.every((axis, i) => axis === first + i)) return axes.map((axis) => this.length(axis));
    if (axes.length === 1 && axes[0] === 1) return null;
    return this.refuse(`expected the last axes, or axis 1, got ${JSON.stringify(axes)}`);
  }

  /** Refuses every key that was not read and whose value is not null or false. */
  end(): void {
    for (const [key, value] of this.#rest) {
      if (IRRELEVANT.test(key) || value === null || value === undefined || value === false)
        continue;
      this.refuse(`no counterpart for ${key} ${JSON.stringify(value)}`);
    }
  }
}
