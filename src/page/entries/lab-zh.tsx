import { data } from "../built/lab.js";
import { Lab } from "../lab/app.js";
import { moduleWorker } from "../module-worker.js";
import { placesOf } from "../places.js";
import { start } from "../start.js";
import { zh } from "../text/zh/lab/index.js";

start(Lab, data, "lab", [{ texts: zh, places: placesOf("lab", "zh") }], moduleWorker);
