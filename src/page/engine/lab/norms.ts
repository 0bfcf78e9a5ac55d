export { inspectFiles } from "../../own-norms/inspect.js";
export { Session } from "../session.js"; // as in calls.ts: the core stays in one piece
