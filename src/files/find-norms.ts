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
  /**
   * The key of the weight in front of it, which its running statistics can be folded into. null where names, order and
   * shapes leave doubt.
   */
  foldsInto: string | null;
  /** Why a norm with running statistics folds into nothing. */
  doubt: FoldDoubt | null;
}

/**
 * "no-weight": none is directly in front of the norm. "shape": its outputs may be others. "bias": it has one, so that
 * an activation may stand between. "sorted": the file has its keys by name, so that their order says nothing.
 */
export type FoldDoubt = "no-weight" | "shape" | "bias" | "sorted";

type Shapes = ReadonlyMap<string, readonly number[]>;

/** The tensors whose keys differ in their last name alone. */
interface Layer {
  key: string;
  /** The key of the module that has it, with its dot. */
  parent: string;
  keys: FoundNorm["keys"];
  kind: FoundNorm["kind"] | null;
  /** Of γ or the weight, or else of the running mean. */
  shape: readonly number[];
}

/** The norms of a checkpoint, in its order. */
export function findNorms(shapes: Shapes): FoundNorm[] {
  const layers = layersOf(shapes);
  const byKey = new Map(layers.map((layer) => [layer.key, layer]));
  const paths = [...shapes.keys()];
  const isSorted = paths.every((path, i) => i === 0 || paths[i - 1] < path);

  /** The weight in front of the batch norm at `i`, or why it is not known. */
  const frontOf = (i: number, channels: number): { weight?: string; doubt?: FoldDoubt } => {
    const { key, parent } = layers[i];
    const within = (layer?: Layer) => (layer?.parent === parent ? layer : undefined);
    const weightAt = (layer?: Layer) =>
      layer && within(layer) && !layer.kind && layer.shape.length > 1
        ? layer.keys.gamma
        : undefined;
    // In a Sequential, the names say what follows what; elsewhere the order of the file may.
    const place = /^\d+$/.exec(key.slice(parent.length));
    const front = place ? byKey.get(parent + (Number(place) - 1)) : layers[i - 1];
    const weight = weightAt(front);
    if (!front || !weight) return { doubt: "no-weight" };
    const [outputs, inputs, ...kernel] = front.shape;
    if (!place) {
      if (isSorted) return { doubt: "sorted" };
      // conv1 conv2 bn1 bn2 were made in another order than they run in, and so may be bn1 conv1 bn2.
      const [a, b] = [front.key, key].map((name) => /\d+$/.exec(name)?.[0]);
      if (weightAt(layers[i - 2]) || within(layers[i + 1])?.kind === "batch" || (a && b && a !== b))
        return { doubt: "no-weight" };
      if (front.keys.beta) return { doubt: "bias" };
    }
    // A transposed convolution has its outputs second. A square one looks like any other, but for an even kernel.
    const isTransposed = place && kernel.length > 0 && inputs === channels;
    const isEither = outputs === inputs && kernel.some((n) => n % 2 === 0);
    if (isEither || (outputs !== channels && !isTransposed)) return { doubt: "shape" };
    return { weight };
  };

  return layers.flatMap(({ key, keys, kind, shape }, i) => {
    if (!kind) return [];
    const channels = shape.reduce((product, n) => product * n, 1);
    const { weight = null, doubt = null } = kind === "batch" ? frontOf(i, channels) : {};
    return { key, kind, channels, keys, foldsInto: weight, doubt };
  });
}

function layersOf(shapes: Shapes): Layer[] {
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
  return [...groups].map(([key, keys]) => ({
    key,
    parent: key.replace(/[^.]*$/, ""),
    keys,
    kind: kindOf(key, keys, shapes),
    shape: shapes.get(keys.gamma ?? keys.mean ?? "") ?? [],
  }));
}

function kindOf(key: string, keys: FoundNorm["keys"], shapes: Shapes): Layer["kind"] {
  const shape = (role: NormRole) => shapes.get(keys[role] ?? "");
  const alike = (a?: readonly number[], b?: readonly number[]) => a && b && String(a) === String(b);
  if (alike(shape("mean"), shape("variance"))) return "batch";
  const gamma = shape("gamma");
  if (!gamma || gamma.length === 0) return null;
  // A weight as large as its bias is no product's; one alone may be a PReLU's, so its name must say more.
  if (keys.beta) return alike(gamma, shape("beta")) ? "layer" : null;
  return gamma.length === 1 && /norm|(^|[._/])(ln|rms)/i.test(key) ? "rms" : null;
}
