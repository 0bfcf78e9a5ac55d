// The third document: all methods, and tools. Each section is a program of its own.
import { late } from "../parts/late.js";
import { type Document, Shell } from "../shell.js";
import type { ToolsData } from "./data.js";

const Methods = late("methods", async () => (await import("../methods/methods.js")).Methods);

export const Tools: Document<ToolsData> = ({ data, places }) => (
  <Shell name="tools" places={places}>
    <Methods learns={data.learns} see={(places.beside.main ?? "").replace(/#.*/, "")} />
  </Shell>
);
