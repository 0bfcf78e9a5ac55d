import { methodDescriptions } from "../../experiments/methods/descriptions.js";
import { type Learns, learnsOf } from "../methods/columns.js";

/** What is known of the methods while the page is built. */
export interface ToolsData {
  learns: Readonly<Record<string, Learns>>;
}

export const toolsData = (): ToolsData => ({
  learns: Object.fromEntries(
    methodDescriptions.flatMap(({ methods }) =>
      methods.map(({ name, learned }) => [name, learnsOf(learned)]),
    ),
  ),
});
