// The third document: all methods, and tools. Each section is a program of its own.
import { late } from "../parts/late.js";
import { type Document, Shell } from "../shell.js";
import type { ToolsData } from "./data.js";

const Methods = late("methods", async () => (await import("../methods/methods.js")).Methods);
const OwnNorms = late("norms", async () => (await import("../own-norms/own-norms.js")).OwnNorms);
const Results = late("results", async () => (await import("../results/results.js")).Results);
const Machine = late("machine", async () => (await import("../machine/machine.js")).Machine);

export const Tools: Document<ToolsData> = ({ data, places }) => (
  <Shell name="tools" places={places}>
    <Methods learns={data.learns} see={(places.beside.main ?? "").replace(/#.*/, "")} />
    <OwnNorms first={data.norms} />
    <Results />
    <Machine />
  </Shell>
);
