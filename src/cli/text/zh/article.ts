import { articles } from "../../../text/zh/corrections.js";

/** The article whose code and figures most experiments repeat. */
export const ARTICLE = `《${articles["003"]}》`;
