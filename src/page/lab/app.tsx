// The second document: the laboratory. Each section is a program of its own.
import { late } from "../parts/late.js";
import { type Document, Shell } from "../shell.js";
import type { LabData } from "./data.js";

const Depth = late("depth", async () => (await import("./depth/depth.js")).Depth);
const Statistics = late(
  "statistics",
  async () => (await import("./statistics/statistics.js")).Statistics,
);
const Padding = late("padding", async () => (await import("./padding/padding.js")).Padding);
const Place = late("place", async () => (await import("./place/place.js")).Place);
const Style = late("style", async () => (await import("./style/style.js")).Style);

export const Lab: Document<LabData> = ({ data, places }) => (
  <Shell name="lab" places={places}>
    <Depth first={data.depth} />
    <Statistics first={data.statistics} />
    <Padding first={data.padding} />
    <Place />
    <Style />
  </Shell>
);
