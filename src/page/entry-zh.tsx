import { moduleWorker } from "./module-worker.js";
import { start } from "./start.js";
import { zh } from "./text/zh/index.js";

start([{ texts: zh, other: { href: "../", lang: "en" } }], moduleWorker);
