// The page in one file: its worker's program stands in it as text. A module worker cannot start from file://, a classic
// one can.
import { data as lab } from "../built/lab.js";
import { data as main } from "../built/main.js";
import { data as tools } from "../built/tools.js";
import type { WorkerLike } from "../engine/client.js";
import { placesOf } from "../places.js";
import { start } from "../start.js";
import { en } from "../text/en/index.js";
import { en as enLab } from "../text/en/lab/index.js";
import { en as enTools } from "../text/en/tools/index.js";
import { zh } from "../text/zh/index.js";
import { zh as zhLab } from "../text/zh/lab/index.js";
import { zh as zhTools } from "../text/zh/tools/index.js";
import { Whole } from "../whole.js";

let url = "";

function fileWorker(): WorkerLike {
  const program = document.getElementById("engine")?.textContent ?? "";
  url ||= URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  return new Worker(url) as WorkerLike;
}

start(
  Whole,
  { ...main, ...lab, ...tools },
  "main",
  [
    { texts: { ...en, ...enLab, ...enTools }, places: placesOf("main", "en") },
    { texts: { ...zh, ...zhLab, ...zhTools }, places: placesOf("main", "zh") },
  ],
  fileWorker,
);
