// The visitor's own images, read from a file.
import { signal } from "@preact/signals";
import { call } from "../../engine/engine.js";
import type { OwnData } from "../../engine/protocol.js";
import { TEST_IMAGES, TRAIN_IMAGES } from "../../preset-races.js";

export const ownData = signal<OwnData | null>(null);
/** The name of the file that is being read; empty while none is. */
export const reading = signal("");

/** Counts the choices of images: an archive is read for seconds, and only the last choice counts. */
let choices = 0;

/** Takes images from a file of the visitor's, or rejects with what is wrong with it. */
export async function takeFile(file: File): Promise<void> {
  const choice = ++choices;
  reading.value = file.name;
  try {
    const data = await call("images", { file, train: TRAIN_IMAGES, test: TEST_IMAGES });
    if (choice === choices) ownData.value = data;
  } catch (error) {
    if (choice === choices) throw error;
  } finally {
    if (choice === choices) reading.value = "";
  }
}

/** Goes back to the drawn images. */
export function leaveFile(): void {
  choices++;
  reading.value = "";
  ownData.value = null;
}
