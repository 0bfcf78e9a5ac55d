import { data } from "../built/lab.js";
import { Lab } from "../lab/app.js";
import { moduleWorker } from "../module-worker.js";
import { placesOf } from "../places.js";
import { start } from "../start.js";
import { en } from "../text/en/lab/index.js";

start(Lab, data, "lab", [{ texts: en, places: placesOf("lab", "en") }], moduleWorker);
