// The second document: the laboratory.
import { late } from "../parts/late.js";
import { type Document, Shell } from "../shell.js";
import type { LabData } from "./data.js";

const sections = () => import("./sections.js");
const Depth = late("depth", async () => (await sections()).Depth);
const Statistics = late("statistics", async () => (await sections()).Statistics);
const Padding = late("padding", async () => (await sections()).Padding);
const Place = late("place", async () => (await sections()).Place);
const Style = late("style", async () => (await sections()).Style);

export const Lab: Document<LabData> = ({ data, places }) => (
  <Shell name="lab" places={places}>
    <Depth first={data.depth} />
    <Statistics first={data.statistics} />
    <Padding first={data.padding} />
    <Place />
    <Style />
  </Shell>
);
