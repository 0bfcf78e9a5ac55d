import { data } from "../built/tools.js";
import { moduleWorker } from "../module-worker.js";
import { placesOf } from "../places.js";
import { start } from "../start.js";
import { zh } from "../text/zh/tools/index.js";
import { Tools } from "../tools/app.js";

start(Tools, data, "tools", [{ texts: zh, places: placesOf("tools", "zh") }], moduleWorker);
