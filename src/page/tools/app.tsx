// The third document: all methods, and tools.
import { late } from "../parts/late.js";
import { type Document, Shell } from "../shell.js";
import type { ToolsData } from "./data.js";

const sections = () => import("./sections.js");
const Methods = late("methods", async () => (await sections()).Methods);
const OwnNorms = late("norms", async () => (await sections()).OwnNorms);
const Results = late("results", async () => (await sections()).Results);
const Machine = late("machine", async () => (await sections()).Machine);

export const Tools: Document<ToolsData> = ({ data, places }) => (
  <Shell name="tools" places={places}>
    <Methods learns={data.learns} see={(places.beside.main ?? "").replace(/#.*/, "")} />
    <OwnNorms first={data.norms} />
    <Results />
    <Machine />
  </Shell>
);
