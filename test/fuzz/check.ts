// One run of a case: compared with the oracle, with other threads, and with one element changed.

import { add } from "../../src/ops/elementwise/add.js";
import { mul } from "../../src/ops/elementwise/mul.js";
import { sum } from "../../src/ops/reduce/sum.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type Shape, sizeOf, tensor, tidy } from "../../src/tensor.js";
import { normal, uniform } from "../numbers.js";
import { type Drawn, type Input, type Kind, kinds } from "./draw.js";
import { isKnown } from "./known.js";
import { type Node, Tape } from "./tape.js";

const HALF_ULP = 2 ** -24;
/**
 * The allowed error of a number, in roundings of its own terms. It covers sums in float32 lanes of up to 64 numbers,
 * statistics rounded once, and three or four operations after them. tape.ts carries the terms, so one bound holds for
 * every kind of input:
 * - ordinary, one 1e6: the terms are the numbers themselves, and each set has its own.
 * - constant: differences are exactly 0, so that the output is exactly the bias.
 * - 1e4 + N, 1e6 + N: both sides start from the input as float32. Differences from a mean are measured by the deviation
 * and not by the mean: a kernel must not lose their digits.
 * - 1e-20, 1e18, 1e37: the bound has the scale of the numbers. Below SMALLEST numbers have fewer digits. If terms are
 * above LARGEST, their sum may overflow, and every result is right.
 * - one NaN, one Inf: results must be finite where float64 is finite, and not finite elsewhere.
 */
const ROUNDINGS = 32;
const SMALLEST = 2 ** -126;
const LARGEST = 2 ** 125;

export type Aspect = "forward" | "gradient" | "moved" | "locality" | "threads" | "refusal";
export interface Situation {
  op: string;
  call: string;
  kind: Kind;
  aspect: Aspect;
  /** The new value of the changed element. */
  poke?: number;
  what: string;
  /** The shapes of all inputs. */
  shapes: Shape[];
}
export class Finding extends Error {
  constructor(situation: Situation, message: string, inputs: string) {
    const { op, call, kind, aspect, what } = situation;
    super(`${op}, ${aspect} of ${what}, ${kind}: ${message}\n  ${call}\n${inputs}`);
  }
}
/** The result of a run. */
export type Outcome = "checked" | "refused" | "known";

interface Numbers {
  outputs: Float32Array[];
  moved: Float32Array[];
  grads: (Float32Array | null)[];
}

function fill({ shape, fill }: Input, kind: Kind, seed: number): Float32Array {
  const n = sizeOf(shape);
  if (fill === "kind") return kinds[kind](n, seed);
  if (fill === "normal") return normal(n, seed);
  const next = uniform(seed);
  const [low, range] = fill === "share" ? [0, 1] : [0.25, 3];
  return Float32Array.from({ length: n }, () => low + range * next());
}

/** The call with all its gradients. If there are several outputs, all of them go back together. */
function call(drawn: Drawn, runtime: Runtime, values: Float32Array[], seeds: Float32Array[]) {
  return tidy(() => {
    const inputs = drawn.inputs.map(({ shape, grad }, i) =>
      tensor(values[i], shape, { runtime, requiresGrad: grad !== false }),
    );
    const { outputs, moved = [] } = drawn.run(inputs, runtime);
    const back = outputs.flatMap((y, i) =>
      y.requiresGrad ? [[y, tensor(seeds[i], y.shape, { runtime })]] : [],
    );
    const copies = outputs.map((y) => y.toArray());
    if (back.length === 1) back[0][0].backward(back[0][1]);
    else if (back.length > 1) {
      const parts = back.map(([y, dy]) => sum(mul(y, dy)));
      parts.reduce((a, b) => add(a, b)).backward();
    }
    const grads = inputs.map((x) => x.grad?.toArray() ?? null);
    for (const x of inputs) x.grad?.dispose();
    const result: Numbers = { outputs: copies, moved: moved.map((m) => m.toArray()), grads };
    return result;
  });
}

const same = (a: Float32Array, b: Float32Array, where: (i: number) => boolean): number =>
  a.findIndex((v, i) => where(i) && !Object.is(v, b[i]));

/** Whether `got` cannot be `want`. */
function differs(
  got: number,
  want: number,
  terms: number,
  roundings: number,
  given: boolean,
  more: number,
): boolean {
  if (!Number.isFinite(want)) return given && Number.isFinite(got);
  if (!(terms < LARGEST) || Math.abs(want) > LARGEST) return false;
  return !(Math.abs(got - want) <= roundings * terms * HALF_ULP + more + SMALLEST);
}

export interface Run {
  op: string;
  drawn: Drawn;
  kind: Kind;
  seed: number;
  /** The first has one thread, the second has several. Both have the same build. */
  runtimes: readonly [Runtime, Runtime];
  /** The element that is changed, and its new value. */
  poke: { input: number; element: number; value: number };
  /** Report known faults too. */
  all?: boolean;
}

export function check({ op, drawn, kind, seed, runtimes, poke, all }: Run): Outcome {
  const values = drawn.inputs.map((input, i) => fill(input, kind, seed + 31 * i));
  let seeds: Float32Array[] = [];
  const literal = (list: Float32Array) =>
    list.length > 40
      ? `${list.length} of ${kind}, seed ${seed}`
      : `[${Array.from(list).join(", ")}]`;
  const paste = () =>
    [
      ...drawn.inputs.map(({ name, shape }, i) => `  ${name} [${shape}]: ${literal(values[i])}`),
      ...seeds.map((list, i) => `  upstream gradient ${i}: ${literal(list)}`),
    ].join("\n");
  let known = false;
  const found = (aspect: Aspect, what: string, message: string, changed?: number) => {
    const shapes = drawn.inputs.map(({ shape }) => shape);
    const situation = { op, call: drawn.call, kind, aspect, what, poke: changed, shapes };
    if (!all && isKnown(situation)) known = true;
    else throw new Finding(situation, message, paste());
  };

  let base: Numbers;
  const callOn = (runtime: Runtime, inputs: Float32Array[]) => call(drawn, runtime, inputs, seeds);
  const tape = new Tape();
  const leaves = values.map((list) => Array.from(list, tape.leaf));
  try {
    // the first call gives the sizes of the outputs
    const sizes = tidy(() =>
      drawn
        .run(
          drawn.inputs.map(({ shape }, i) => tensor(values[i], shape, { runtime: runtimes[0] })),
          runtimes[0],
        )
        .outputs.map(({ size }) => size),
    );
    seeds = sizes.map((n, i) => normal(n, seed + 1000 + i));
    base = callOn(runtimes[0], values);
  } catch (error) {
    if (error instanceof RangeError) return "refused";
    throw error;
  }
  const want = drawn.oracle(tape, leaves);
  const roundings = drawn.roundings ?? ROUNDINGS;
  const given = values.some((list) => list.some((v) => !Number.isFinite(v)));
  /** The possible effect of neighbours that share a transform: the taps of a filter are sums over one set of pixels. */
  const shared = (list: Float32Array, what: string) => {
    if (!drawn.nearby) return 0;
    const sizes = list.filter(Number.isFinite).map(Math.abs).sort();
    return what.endsWith("weight")
      ? 1e-5 * (sizes.at(-1) ?? 0)
      : 1e-7 * (sizes[sizes.length >> 1] ?? 0);
  };
  const index = (i: number, n: number) => (n > 1 ? `[${i}]` : "");
  const compare = (aspect: Aspect, what: string, got: Float32Array, nodes: Node[]) => {
    if (got.length !== nodes.length)
      return found(aspect, what, `has ${got.length} elements, expected ${nodes.length}`);
    const more = shared(got, what);
    const bad = got.findIndex((v, i) =>
      differs(v, tape.at(nodes[i]), tape.size(nodes[i]), roundings, given, more),
    );
    if (bad >= 0) {
      const [v, e] = [tape.at(nodes[bad]), tape.size(nodes[bad]) * HALF_ULP];
      const off = `${((got[bad] - v) / e).toPrecision(3)} times the rounding of its terms`;
      found(aspect, what, `element ${bad} is ${got[bad]}, expected ${v} (off by ${off})`);
    }
  };
  want.outputs.forEach((nodes, i) => {
    compare("forward", `output ${index(i, want.outputs.length)}`, base.outputs[i], nodes);
  });
  want.moved?.forEach((nodes, i) => {
    compare("moved", `running value ${i}`, base.moved[i], nodes);
  });

  const roots = want.outputs.flat();
  // 0/0 of finite numbers, as for a constant without eps, or a result that float32 cannot hold: no gradient is right
  const undefinedAnyway = !given && roots.some((a) => !Number.isFinite(Math.fround(tape.at(a))));
  const { gradient, size } = tape.backward(
    roots,
    seeds.flatMap((list) => [...list]),
  );
  drawn.offset?.(tape, leaves).forEach((v, i) => {
    gradient[leaves[0][i]] += v;
    size[leaves[0][i]] += Math.abs(v);
  });
  drawn.inputs.forEach(({ name, grad }, k) => {
    const got = base.grads[k];
    if (grad === false || !got || undefinedAnyway) return;
    const more = shared(got, name);
    const bad = got.findIndex((v, i) => {
      const a = leaves[k][i];
      const terms = Math.max(size[a], Math.abs(gradient[a]));
      return differs(v, gradient[a], terms, roundings, given, more);
    });
    if (bad < 0) return;
    const [v, e] = [gradient[leaves[k][bad]], size[leaves[k][bad]] * HALF_ULP];
    const off = `${((got[bad] - v) / e).toPrecision(3)} times the rounding of its terms`;
    found("gradient", name, `element ${bad} is ${got[bad]}, expected ${v} (off by ${off})`);
  });

  const names = (n: Numbers): [string, Float32Array][] => [
    ...n.outputs.map((list, i): [string, Float32Array] => [`output ${i}`, list]),
    ...n.moved.map((list, i): [string, Float32Array] => [`running value ${i}`, list]),
    ...n.grads.flatMap((list, i): [string, Float32Array][] =>
      list ? [[`gradient of ${drawn.inputs[i].name}`, list]] : [],
    ),
  ];
  const more = names(callOn(runtimes[1], values));
  names(base).forEach(([what, list], i) => {
    const bad = same(list, more[i][1], () => true);
    if (bad >= 0)
      found(
        "threads",
        what,
        `element ${bad} is ${list[bad]}, with more threads ${more[i][1][bad]}`,
      );
  });

  locality();
  return known ? "known" : "checked";

  function locality() {
    const k = poke.input % drawn.inputs.length;
    const n = values[k].length;
    if (n === 0) return;
    const at = poke.element % n;
    const changed = values.map((list) => list.slice());
    changed[k][at] = poke.value;
    let after: Numbers;
    try {
      after = callOn(runtimes[0], changed);
    } catch (error) {
      if (error instanceof RangeError) return;
      throw error;
    }
    const forward = tape.reach(leaves[k][at]);
    const back = tape.behind(roots.filter((a) => forward[a]));
    const name = `${drawn.inputs[k].name}[${at}] = ${poke.value}`;
    const steady = (
      what: string,
      before: Float32Array,
      now: Float32Array,
      nodes: Node[],
      marks: Uint8Array,
      size: (a: Node) => number,
    ) => {
      const allowed = (i: number) =>
        drawn.nearby ? 1e-5 * size(nodes[i]) + shared(before, what) : 0;
      const bad = before.findIndex(
        (v, i) =>
          !marks[nodes[i]] && !Object.is(v, now[i]) && !(Math.abs(v - now[i]) <= allowed(i)),
      );
      if (bad >= 0) {
        const message = `element ${bad} went from ${before[bad]} to ${now[bad]} by ${name}, of which it is not made`;
        found("locality", what, message, poke.value);
      }
    };
    want.outputs.forEach((nodes, i) => {
      steady(`output ${i}`, base.outputs[i], after.outputs[i], nodes, forward, tape.size);
    });
    want.moved?.forEach((nodes, i) => {
      steady(`running value ${i}`, base.moved[i], after.moved[i], nodes, forward, tape.size);
    });
    drawn.inputs.forEach(({ name }, i) => {
      const [before, now] = [base.grads[i], after.grads[i]];
      if (before && now)
        steady(`gradient of ${name}`, before, now, leaves[i], back, (a) => size[a]);
    });
  }
}
