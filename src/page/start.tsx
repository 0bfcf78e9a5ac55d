// Brings the prerendered page to life.
import { effect, signal } from "@preact/signals";
import { hydrate } from "preact";
import { App, type Other } from "./app.js";
import type { WorkerLike } from "./engine/client.js";
import { useWorkers } from "./engine/engine.js";
import { type PageData, repaired, state } from "./model.js";
import { allAlive } from "./parts/late.js";
import { readHash, writeHash } from "./state.js";
import type { Texts } from "./text/texts.js";

/** A language of the page, and where the other one is. */
export interface Language {
  texts: Texts;
  other: Other;
}

/** `languages` has one language, or all where the page is a single file; the first one is that of the document. */
export async function start(
  languages: readonly Language[],
  makeWorker: () => WorkerLike,
): Promise<void> {
  useWorkers(makeWorker);
  await new Promise((resolve) => setTimeout(resolve)); // the browser starts the worker between tasks
  const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}") as PageData;
  const root = document.getElementById("page") as HTMLElement;
  const shown = signal(0);
  const Page = () => {
    const { texts, other } = languages[shown.value];
    const choose = (event: { currentTarget: HTMLAnchorElement; preventDefault(): void }) => {
      if (languages.length === 1) event.currentTarget.hash = hashNow();
      else {
        event.preventDefault();
        shown.value = (shown.value + 1) % languages.length;
      }
    };
    return <App texts={texts} data={data} other={{ ...other, choose }} />;
  };
  hydrate(<Page />, root);
  effect(() => {
    const { common } = languages[shown.value].texts;
    document.documentElement.lang = common.language;
    document.title = common.title;
  });
  followLinks();
  void allAlive().then(() => {
    root.dataset.alive = ""; // for those who test the page
  });
}

/** How long the state must rest before it goes into the address, in milliseconds. */
const REST = 300;

/** The link to what is shown now, in the section that the address names. */
const hashNow = (): string => writeHash(state.value, readHash(location.hash).section ?? "see");

/** State goes into the address, and an address that somebody opens or goes back to becomes the state. */
function followLinks(): void {
  let known = ""; // as it was read or written last: of another one we are about to hear
  const write = () => {
    history.replaceState(null, "", hashNow());
    known = location.hash;
  };
  const open = () => {
    known = location.hash;
    const link = readHash(known);
    const isPlace = !known.includes("&") && link.repaired.length === 0;
    if (isPlace && link.section) write(); // the state stays
    if (!isPlace) {
      state.value = link.state;
      repaired.value = link.repaired;
    }
    if (link.section) document.getElementById(link.section)?.scrollIntoView();
  };
  open();
  addEventListener("hashchange", open);
  let timer: ReturnType<typeof setTimeout>;
  let before = state.value;
  effect(() => {
    if (state.value === before) return;
    before = state.value;
    clearTimeout(timer);
    timer = setTimeout(() => location.hash === known && write(), REST);
  });
}
