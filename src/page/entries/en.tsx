import { App } from "../app.js";
import { data } from "../built/main.js";
import { moduleWorker } from "../module-worker.js";
import { placesOf } from "../places.js";
import { start } from "../start.js";
import { en } from "../text/en/index.js";

start(App, data, "main", [{ texts: en, places: placesOf("main", "en") }], moduleWorker);
