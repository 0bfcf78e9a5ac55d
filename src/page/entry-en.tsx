import { moduleWorker } from "./module-worker.js";
import { start } from "./start.js";
import { en } from "./text/en/index.js";

start([{ texts: en, other: { href: "zh/", lang: "zh-Hans" } }], moduleWorker);
