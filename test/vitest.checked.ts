// npm run test:checked runs operations and layers in a runtime that checks every launch of a kernel, see checked.ts.
import { defineConfig } from "vitest/config";
import all from "./vitest.config.js";

export default defineConfig({
  ...all,
  test: { ...all.test, include: ["test/{ops,nn}/**/*.test.ts"], env: { EVENKEEL_CHECKED: "1" } },
});
