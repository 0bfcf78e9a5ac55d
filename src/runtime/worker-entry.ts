// dist/worker.js: the worker as a file of its own, for pages whose CSP forbids blob: workers (`init({ workerUrl })`).
import { workerMain } from "./worker.js";

workerMain();
