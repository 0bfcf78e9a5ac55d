import type { LabData } from "../lab/data.js";

/** What is computed for the laboratory while it is built. The build puts it here. */
export const data = {} as LabData;
