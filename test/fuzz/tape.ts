// Float64 oracles that know their own derivatives. Each number is a node of a tape. Besides its value it has a
// first-order bound on the rounding errors of a float32 computation, in units of 2⁻²⁴. The backward pass computes the
// same bound for gradients. So one tolerance fits every scale: a difference is measured by its terms, and huge values
// in one set do not hide errors in another.

/** A number on a tape. */
export type Node = number;

/** The scale of a slope at a kink if rounding decides the side: both answers are right then. */
const AMBIGUOUS = 2 ** 30;

export class Tape {
  readonly values: number[] = [];
  /** The possible change by rounding, in units of 2⁻²⁴. */
  readonly errors: number[] = [];
  readonly #parents: (readonly Node[])[] = [];
  readonly #slopes: (readonly number[])[] = [];
  readonly #scales: (readonly number[])[] = [];

  /**
   * A number made of `parents`. `rounding` is the error that its computation adds. `scales` are the sizes of the slopes
   * before their terms cancel.
   */
  node(
    value: number,
    parents: readonly Node[] = [],
    slopes: readonly number[] = [],
    rounding = Math.abs(value),
    scales: readonly number[] = slopes,
  ): Node {
    let error = rounding;
    for (let i = 0; i < parents.length; i++) {
      const own = this.errors[parents[i]];
      if (own !== 0) error += own * Math.abs(slopes[i]);
    }
    this.values.push(value);
    this.errors.push(Number.isNaN(error) ? Infinity : error);
    this.#parents.push(parents);
    this.#slopes.push(slopes);
    this.#scales.push(scales);
    return this.values.length - 1;
  }

  /** An exact number: an input or a constant. */
  leaf = (value: number): Node => this.node(value, [], [], 0);
  at = (a: Node): number => this.values[a];
  /** |a|, or the number that its error is measured by, if that is larger. */
  size = (a: Node): number => Math.max(Math.abs(this.values[a]), this.errors[a]);

  /** f(a) with its derivative. */
  map(a: Node, value: number, slope: number, scale = Math.abs(slope)): Node {
    const worse = this.values[a] === 0 ? 1 : Math.max(1, this.size(a) / Math.abs(this.values[a]));
    return this.node(value, [a], [slope], Math.abs(value), [scale * worse]);
  }

  add = (a: Node, b: Node): Node => this.node(this.at(a) + this.at(b), [a, b], [1, 1]);
  sub = (a: Node, b: Node): Node => this.node(this.at(a) - this.at(b), [a, b], [1, -1]);
  mul = (a: Node, b: Node): Node =>
    this.node(this.at(a) * this.at(b), [a, b], [this.at(b), this.at(a)], undefined, [
      this.size(b),
      this.size(a),
    ]);
  div(a: Node, b: Node): Node {
    const [p, q] = [this.at(a), this.at(b)];
    const [sp, sq] = [this.size(a), this.size(b) / q ** 2];
    return this.node(p / q, [a, b], [1 / q, -p / q ** 2], undefined, [sq, sp * Math.abs(sq / q)]);
  }
  /** k·a + b */
  linear = (a: Node, k: number, b = 0): Node =>
    this.node(k * this.at(a) + b, [a], [k], Math.abs(k * this.at(a)) + Math.abs(b));
  pow(a: Node, p: number): Node {
    const v = this.at(a);
    return this.map(a, v ** p, p * v ** (p - 1));
  }
  sqrt = (a: Node): Node => this.map(a, Math.sqrt(this.at(a)), 0.5 / Math.sqrt(this.at(a)));
  exp = (a: Node): Node => this.map(a, Math.exp(this.at(a)), Math.exp(this.at(a)));
  log = (a: Node): Node => this.map(a, Math.log(this.at(a)), 1 / this.at(a));
  abs = (a: Node): Node => this.map(a, Math.abs(this.at(a)), Math.sign(this.at(a)));

  /** Σ list. Its error is that of the terms. */
  sum(list: readonly Node[]): Node {
    let [total, size] = [0, 0];
    for (const a of list) {
      total += this.values[a];
      size += Math.abs(this.values[a]);
    }
    return this.node(total, list, new Array(list.length).fill(1), size);
  }
  /** Σ aᵢ·bᵢ */
  dot(as: readonly Node[], bs: readonly Node[]): Node {
    let [total, size] = [0, 0];
    for (let i = 0; i < as.length; i++) {
      const product = this.values[as[i]] * this.values[bs[i]];
      total += product;
      size += Math.abs(product);
    }
    const over = (list: readonly Node[], f: (a: Node) => number) => list.map(f);
    return this.node(total, [...as, ...bs], [...over(bs, this.at), ...over(as, this.at)], size, [
      ...over(bs, this.size),
      ...over(as, this.size),
    ]);
  }
  mean = (list: readonly Node[]): Node => this.linear(this.sum(list), 1 / list.length);

  /**
   * The mean, and the differences of all numbers from it. `exact` is the mean before it is rounded to float32. A large
   * mean costs no digits of the differences.
   */
  centre(list: readonly Node[]): { mean: Node; exact: Node; centred: Node[] } {
    const n = list.length;
    const first = this.values[list[0]];
    let rest = 0;
    for (const a of list) rest += (this.values[a] - first) / n;
    const value = first + rest;
    let size = 0;
    for (const a of list) size += Math.abs(this.values[a] - value) / n;
    // float64 also has an end: 2⁻⁵¹ of the mean
    const rounding = size + Math.abs(value) * 2 ** -27;
    const exact = this.node(value, list, new Array(n).fill(1 / n), rounding);
    const mean = this.node(value, [exact], [1], Math.abs(value));
    const centred = list.map((a) => this.node(this.values[a] - first - rest, [a, exact], [1, -1]));
    return { mean, exact, centred };
  }
  /** The mean square of `count` numbers. */
  square = (list: readonly Node[], count = list.length): Node =>
    this.linear(this.dot(list, list), 1 / count);

  /** The largest number. Of equal numbers the first one wins, and NaN wins over all. */
  max(list: readonly Node[]): Node {
    let best = 0;
    list.forEach((a, i) => {
      if (this.values[a] > this.values[list[best]] || Number.isNaN(this.values[a])) best = i;
    });
    const chosen = list[best];
    const slopes = list.map((_, i) => (i === best ? 1 : 0));
    const near = (a: Node) =>
      Math.abs(this.values[a] - this.values[chosen]) <=
      64 * 2 ** -24 * (this.errors[a] + this.errors[chosen]);
    const unclear = list.some((a) => a !== chosen && this.errors[a] > 0 && near(a));
    const scales = unclear ? list.map((a) => (near(a) ? AMBIGUOUS : 0)) : slopes;
    return this.node(this.values[chosen], list, slopes, 0, scales);
  }
  /** max(0, a). The gradient is 0 at 0 and 1 at NaN, as in PyTorch. */
  relu(a: Node): Node {
    const v = this.values[a];
    const unclear = this.errors[a] > 0 && Math.abs(v) <= 64 * 2 ** -24 * this.errors[a];
    const slope = v <= 0 ? 0 : 1;
    return this.node(Math.max(v, 0), [a], [slope], 0, [unclear ? AMBIGUOUS : slope]);
  }

  /** The gradients of Σ seed·root, and for each gradient the sum of the sizes of its terms. */
  backward(roots: readonly Node[], seeds: ArrayLike<number>) {
    const gradient = new Float64Array(this.values.length);
    const size = new Float64Array(this.values.length);
    const reached = new Uint8Array(this.values.length);
    roots.forEach((root, i) => {
      gradient[root] += seeds[i];
      size[root] += Math.abs(seeds[i]);
      reached[root] = 1;
    });
    for (let a = this.values.length - 1; a >= 0; a--) {
      if (!reached[a]) continue;
      const [parents, slopes, scales] = [this.#parents[a], this.#slopes[a], this.#scales[a]];
      for (let i = 0; i < parents.length; i++) {
        const p = parents[i];
        reached[p] = 1;
        gradient[p] += gradient[a] * slopes[i];
        size[p] += size[a] * Math.abs(scales[i]);
      }
    }
    return { gradient, size };
  }

  /** Marks everything that is made of node `a`. */
  reach(a: Node): Uint8Array {
    const marks = new Uint8Array(this.values.length);
    marks[a] = 1;
    for (let b = a + 1; b < marks.length; b++)
      if (this.#parents[b].some((p) => marks[p])) marks[b] = 1;
    return marks;
  }

  /** Marks everything that the nodes `from` are made of. */
  behind(from: readonly Node[]): Uint8Array {
    const marks = new Uint8Array(this.values.length);
    for (const a of from) marks[a] = 1;
    for (let a = marks.length - 1; a >= 0; a--)
      if (marks[a]) for (const p of this.#parents[a]) marks[p] = 1;
    return marks;
  }
}
