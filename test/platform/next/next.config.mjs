import { resolve } from "node:path";

// Next and React are two folders up, in test/platform/node_modules
export default { turbopack: { root: resolve("../..") } };
