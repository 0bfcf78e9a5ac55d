import { work } from "./work.js";

globalThis.onmessage = async ({ data }) => postMessage(await work(data));
