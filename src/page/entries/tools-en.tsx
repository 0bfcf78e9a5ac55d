import { data } from "../built/tools.js";
import { moduleWorker } from "../module-worker.js";
import { placesOf } from "../places.js";
import { start } from "../start.js";
import { en } from "../text/en/tools/index.js";
import { Tools } from "../tools/app.js";

start(Tools, data, "tools", [{ texts: en, places: placesOf("tools", "en") }], moduleWorker);
