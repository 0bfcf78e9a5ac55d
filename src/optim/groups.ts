import { checkNumber } from "../numbers.js";
import { checkTensor } from "../ops/check.js";
import { checkOptions, type Rules } from "../options.js";
import { Tensor } from "../tensor.js";

/** The options of every optimiser for each group of parameters. All may change between steps. */
export interface CommonOptions {
  /** Learning rate. */
  lr: number;
  /** How strongly parameters are pulled towards 0; the optimiser says in which way. */
  weightDecay: number;
}

/** Parameters and the options that move them. */
export type ParamGroup<O extends CommonOptions = CommonOptions> = O & {
  readonly params: readonly Tensor[];
  /** The rate before any schedule. The first schedule sets it, and all schedules start from it (torch's initial_lr). */
  initialLr?: number;
};

/** Parameters, or groups of parameters. The options of a group win over those of the optimiser. */
export type Params<O> = Iterable<Tensor> | Iterable<{ params: Iterable<Tensor> } & Partial<O>>;

/** The defined values of `options` over `defaults`. */
export function over<O extends object>(defaults: O, options: object): O {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

/**
 * Groups with all options. Throws TypeError for a parameter that is no float32 leaf and for an unknown option, and
 * RangeError for an empty list or a parameter that comes twice.
 */
export function groupsOf<O extends CommonOptions>(
  name: string,
  params: Params<O>,
  defaults: O,
  rules: Rules<O>,
): ParamGroup<O>[] {
  if (typeof params?.[Symbol.iterator] !== "function")
    throw new TypeError(`${name}: expected params to be an iterable of tensors, or of groups`);
  const items = [...params];
  const plain = items.filter((item) => item instanceof Tensor);
  const given =
    plain.length > 0 ? [{ params: items as Tensor[] }] : (items as { params: Iterable<Tensor> }[]);
  const groups = given.map((group) => {
    if (typeof group?.params?.[Symbol.iterator] !== "function")
      throw new TypeError(`${name}: expected groups with an iterable of tensors as params`);
    checkOptions<object>(name, group, { ...rules, params: "Object", initialLr: "number" });
    return { ...over(defaults, group), params: [...group.params] };
  });
  const all = groups.flatMap((group) => group.params);
  if (all.length === 0) throw new RangeError(`${name}: got an empty parameter list`);
  all.forEach((param, i) => {
    checkTensor(name, `parameter ${i}`, param);
    if (param.node) throw new TypeError(`${name}: parameter ${i} is not a leaf tensor`);
  });
  if (new Set(all).size < all.length) throw new RangeError(`${name}: a parameter appears twice`);
  return groups;
}

/** The part of a network that this file must know. */
interface Parameters {
  modules(): Iterable<[prefix: string, module: object]>;
  namedParameters(): Iterable<[key: string, parameter: Tensor]>;
}

/**
 * Divides the parameters of a module into two groups: with and without decay. Biases, parameters with fewer than two
 * axes, and all parameters of a norm (a module with an `eps`) get no decay: to pull those to 0 regularises nothing.
 * @throws TypeError for a value that is no module
 */
export function decayGroups(
  module: Parameters,
  weightDecay: number,
): { params: Tensor[]; weightDecay: number }[] {
  if (typeof module?.modules !== "function")
    throw new TypeError("decayGroups: expected a module, got something else");
  checkNumber("decayGroups", "weightDecay", weightDecay);
  const norms = new Set(
    [...module.modules()].filter(([, m]) => "eps" in m).map(([prefix]) => prefix),
  );
  const seen = new Set<Tensor>();
  const groups = [weightDecay, 0].map((decay) => ({ params: [] as Tensor[], weightDecay: decay }));
  for (const [key, parameter] of module.namedParameters()) {
    if (seen.has(parameter)) continue;
    seen.add(parameter);
    const dot = key.lastIndexOf(".") + 1;
    const spared =
      parameter.shape.length < 2 || /bias/.test(key.slice(dot)) || norms.has(key.slice(0, dot));
    groups[Number(spared)].params.push(parameter);
  }
  return groups.filter(({ params }) => params.length > 0);
}
