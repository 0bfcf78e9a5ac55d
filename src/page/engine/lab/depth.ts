// The part of the engine for the section Depth.
export { measureEach } from "../../../experiments/deep-measure.js";
export { gradients as run } from "../../../experiments/gradients.js";
export { Session } from "../session.js"; // a part that has all of the core leaves it in one piece, which packs better
