// The sections below the first one, in one program that is loaded after that one's.
export { BreakIt } from "./break.js";
export { Choose } from "./choose.js";
export { Train } from "./train.js";
