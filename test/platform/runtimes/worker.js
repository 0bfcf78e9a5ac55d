// The program as a Worker: the answer to any request is its report.
import { check } from "./program.js";

export default {
  async fetch() {
    return Response.json(await check({ threads: 2 }));
  },
};
