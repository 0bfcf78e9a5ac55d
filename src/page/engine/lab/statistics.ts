// The part of the engine for the section Statistics.
export { runningStats as run } from "../../../experiments/running-stats.js";
export { Session } from "../session.js"; // a part that has all of the core leaves it in one piece, which packs better
