// Which tensors of a checkpoint belong to normalisation layers, told by their keys and shapes alone.

/** The roles of a norm's tensors, and their names in PyTorch and Keras. */
const roles = {
  weight: "gamma",
  gamma: "gamma",
  bias: "beta",
  beta: "beta",
  running_mean: "mean",
  moving_mean: "mean",
  running_var: "variance",
  moving_variance: "variance",
  num_batches_tracked: "count",
} as const;

/** What a tensor is in its norm, whatever the framework calls it. */
export type NormRole = (typeof roles)[keyof typeof roles];

/** A norm that a checkpoint has. */
export interface FoundNorm {
  /** What its keys have in common, such as "layer1.0.bn1". */
  key: string;
  /**
   * "batch": it has running statistics (an instance norm may have them too). "layer": γ and β (layer or group norm).
   * "rms": γ alone.
   */
  kind: "batch" | "layer" | "rms";
  /** The number of elements of γ, or of the running mean. */
  channels: number;
  /** The keys of its tensors. */
  keys: Partial<Record<NormRole, string>>;
  /** The key of the weight in front of it, which its running statistics can be folded into. */
  foldsInto: string | null;
}

type Shapes = ReadonlyMap<string, readonly number[]>;

const sameShape = (a?: readonly number[], b?: readonly number[]) =>
  a !== undefined && b !== undefined && a.length === b.length && a.every((n, i) => n === b[i]);

/** The norms of a checkpoint, in its order. */
export function findNorms(shapes: Shapes): FoundNorm[] {
  const groups = new Map<string, FoundNorm["keys"]>();
  for (const path of shapes.keys()) {
    const at = path.lastIndexOf(path.includes("/") ? "/" : ".");
    const name = path.slice(at + 1).replace(/:0$/, "");
    const role = Object.hasOwn(roles, name) ? roles[name as keyof typeof roles] : undefined;
    const key = path.slice(0, Math.max(at, 0));
    const keys = groups.get(key) ?? {};
    if (role) keys[role] = path;
    groups.set(key, keys);
  }
  const found: FoundNorm[] = [];
  /** The last weight that is no norm's. */
  let weight: string | null = null;
  for (const [key, keys] of groups) {
    const kind = kindOf(key, keys, shapes);
    const shape = shapes.get(keys.gamma ?? keys.mean ?? "") ?? [];
    if (!kind) {
      if (shape.length > 1) weight = keys.gamma ?? null;
      continue;
    }
    const channels = shape.reduce((product, n) => product * n, 1);
    const outputs = shapes.get(weight ?? "") ?? [];
    // a transposed convolution has its outputs second
    const fits = outputs[0] === channels || (outputs.length > 2 && outputs[1] === channels);
    const foldsInto = kind === "batch" && fits ? weight : null;
    found.push({ key, kind, channels, keys, foldsInto });
    weight = null;
  }
  return found;
}

function kindOf(key: string, keys: FoundNorm["keys"], shapes: Shapes): FoundNorm["kind"] | null {
  const shape = (role: NormRole) => shapes.get(keys[role] ?? "");
  if (sameShape(shape("mean"), shape("variance"))) return "batch";
  const gamma = shape("gamma");
  if (!gamma || gamma.length === 0) return null;
  // A weight as large as its bias is no product's; one alone may be a PReLU's, so its name must say more.
  if (keys.beta) return sameShape(gamma, shape("beta")) ? "layer" : null;
  return gamma.length === 1 && /norm|(^|[._/])(ln|rms)/i.test(key) ? "rms" : null;
}
