import type { ToolsData } from "../tools/data.js";

/** What is computed for the third document while it is built. The build puts it here. */
export const data = {} as ToolsData;
