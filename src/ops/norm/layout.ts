export * from "../shape/layout.js";
