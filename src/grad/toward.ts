import { type Edge, type End, goBack, type Node, type Pass, type Start } from "../autograd.js";
import type { Tensor } from "../tensor.js";

export const endOf = (tensor: Tensor): End => (tensor.node as Node | null) ?? tensor;
const behind = (edge: Edge): End | null => edge && ("node" in edge ? edge.node : edge.leaf);

/** The ends, and all nodes behind `outputs` that lead to one of them. A node leads only to older ones. */
function waysTo(ends: ReadonlySet<End>, outputs: readonly Tensor[]): Set<End> {
  const since = Math.min(...Array.from(ends, (end) => ("edges" in end ? end.id : 0)));
  const seen = new Set<Node>();
  const see = (end: End | null) => {
    if (end && "edges" in end && end.id >= since) seen.add(end);
  };
  for (const output of outputs) see(endOf(output));
  for (const node of seen) for (const edge of node.edges) see(behind(edge));
  const ways = new Set(ends);
  for (const node of [...seen].sort((a, b) => a.id - b.id))
    if (node.edges.some((edge) => ways.has(behind(edge) as End))) ways.add(node);
  return ways;
}

/**
 * What goes back to each of `ends` (null: nothing is asked for there) and nowhere else. `finish` gets it before the
 * graph is freed, and may refuse it.
 */
export function gradientsAt(
  ends: readonly (End | null)[],
  starts: readonly Start[],
  pass: Pass,
  retain: boolean,
  finish: (found: (Tensor | null)[]) => (Tensor | null)[] = (found) => found,
): (Tensor | null)[] {
  const wanted = new Set(ends.filter((end) => end !== null));
  const ways = waysTo(
    wanted,
    starts.map(([output]) => output),
  );
  const arrived = new Map<End, Tensor>();
  const toward: Pass = {
    ...pass,
    accumulate: undefined,
    ways,
    through(node, dy, needs) {
      if (wanted.has(node)) arrived.set(node, pass.hold(dy));
      return needs.includes(true) ? pass.through(node, dy, needs) : [];
    },
  };
  let grads: (Tensor | null)[] = [];
  goBack(starts, toward, retain, (leaves) => {
    for (const [leaf, gradient] of leaves) arrived.set(leaf, gradient);
    leaves.clear();
    // The same end may be asked for twice.
    grads = finish(
      ends.map((end, i) => {
        const gradient = (end && arrived.get(end)) ?? null;
        return gradient && ends.indexOf(end) < i ? pass.hold(gradient) : gradient;
      }),
    );
  });
  return grads;
}
