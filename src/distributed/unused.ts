// Parameters that a loss does not depend on. Every rank must know of them before its backward pass begins.
import type { ProcessGroup } from "../process-group.js";
import type { GradNode } from "../storage.js";
import type { Tensor } from "../tensor.js";
import { onEveryRank } from "./together.js";

/** The parameters that no gradient of `root` can reach. */
export function unreached(root: Tensor, parameters: readonly Tensor[]): Tensor[] {
  const left = new Set<object>(parameters);
  left.delete(root);
  const seen = new Set<GradNode>(root.node ? [root.node] : []);
  for (const node of seen)
    for (const edge of node.edges) {
      if (edge && "node" in edge) seen.add(edge.node);
      else if (edge) left.delete(edge.leaf);
    }
  return parameters.filter((parameter) => left.has(parameter));
}

/** Throws Error on every rank, naming all unused parameters of all ranks. */
export function refuseUnused(
  group: ProcessGroup,
  names: ReadonlyMap<Tensor, string>,
  unused: readonly Tensor[],
): never {
  const parameters = [...names.keys()];
  const own = Uint8Array.from(parameters, (parameter) => (unused.includes(parameter) ? 1 : 0));
  const all = new Uint8Array(own.length * group.size);
  group.allGather(all, own);
  const found = parameters.flatMap((parameter, i) => {
    const ranks = [...Array(group.size).keys()].filter((r) => all[r * own.length + i] === 1);
    if (ranks.length === 0) return [];
    return `${names.get(parameter)} (rank ${ranks.join(", ")})`;
  });
  const where = `[rank ${group.rank} of ${group.size}] DistributedDataParallel`;
  throw onEveryRank(
    new Error(
      `${where}: the loss does not depend on ${found.join(", ")}; use all parameters, freeze them by requiresGrad = ` +
        "false, or give findUnusedParameters: true for gradients of 0",
    ),
  );
}
