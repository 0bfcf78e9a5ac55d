import { methodDescriptions } from "../../experiments/methods/descriptions.js";
import { type Learns, learnsOf } from "../methods/columns.js";
import { firstNorms } from "../own-norms/first.js";
import type { OwnNorms } from "../own-norms/inspect.js";

/** What is computed for the tools while the page is built. */
export interface ToolsData {
  /** What each method learns. */
  learns: Readonly<Record<string, Learns>>;
  /** What is found in a checkpoint with faults. */
  norms: OwnNorms;
}

export const toolsData = (): ToolsData => ({
  learns: Object.fromEntries(
    methodDescriptions.flatMap(({ methods }) =>
      methods.map(({ name, learned }) => [name, learnsOf(learned)]),
    ),
  ),
  norms: firstNorms(),
});
