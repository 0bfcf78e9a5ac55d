// The first document: see, break, train, choose.
import type { PageData } from "./model.js";
import { late } from "./parts/late.js";
import { See } from "./sections/see.js";
import { type Document, Shell } from "./shell.js";

const below = () => import("./sections/below.js");
const BreakIt = late("break", async () => (await below()).BreakIt);
const Train = late("train", async () => (await below()).Train);
const Choose = late("choose", async () => (await below()).Choose);

export const App: Document<PageData> = ({ data, places }) => (
  <Shell name="main" places={places}>
    <See data={data} />
    <BreakIt data={data} />
    <Train />
    <Choose norms={new Set(data.influence.map(({ norm }) => norm))} />
  </Shell>
);
