import { App } from "../app.js";
import { data } from "../built/main.js";
import { moduleWorker } from "../module-worker.js";
import { placesOf } from "../places.js";
import { start } from "../start.js";
import { zh } from "../text/zh/index.js";

start(App, data, "main", [{ texts: zh, places: placesOf("main", "zh") }], moduleWorker);
