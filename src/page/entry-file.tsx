// The page in one file: its worker's program stands in it as text. A module worker cannot start from file://, a classic
// one can.
import type { WorkerLike } from "./engine/client.js";
import { start } from "./start.js";
import { en } from "./text/en/index.js";
import { zh } from "./text/zh/index.js";

let url = "";

function fileWorker(): WorkerLike {
  const program = document.getElementById("engine")?.textContent ?? "";
  url ||= URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  return new Worker(url) as WorkerLike;
}

start(
  [
    { texts: en, other: { href: "#see", lang: "zh-Hans" } },
    { texts: zh, other: { href: "#see", lang: "en" } },
  ],
  fileWorker,
);
