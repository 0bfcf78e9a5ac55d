// The sections of the laboratory, in one program: all are loaded at once, and one file is smaller than five.
export { Depth } from "./depth/depth.js";
export { Padding } from "./padding/padding.js";
export { Place } from "./place/place.js";
export { Statistics } from "./statistics/statistics.js";
export { Style } from "./style/style.js";
