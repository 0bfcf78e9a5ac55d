import type { PageData } from "../model.js";

/** What is computed for the first document while it is built. The build puts it here. */
export const data = {} as PageData;
