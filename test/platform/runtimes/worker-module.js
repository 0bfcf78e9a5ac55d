// As worker.js, but with a binary handed to init().
import module from "evenkeel/simd.wasm";
import { check } from "./program.js";

export default {
  async fetch() {
    return Response.json(await check({ threads: 2, module }));
  },
};
