// Brings the prerendered page to life.
import { effect, signal } from "@preact/signals";
import { hydrate } from "preact";
import type { WorkerLike } from "./engine/client.js";
import { useWorkers } from "./engine/engine.js";
import { repaired, shownDocument, state } from "./model.js";
import { allAlive } from "./parts/late.js";
import { embedded, showAlone } from "./share/embed.js";
import type { Document, Places } from "./shell.js";
import { type DocumentName, documents, homeOf, readHash, writeHash } from "./state.js";
import { type CommonTexts, TextsContext } from "./text/texts.js";

/** A language of the page, and where its neighbours are. */
export interface Language {
  texts: CommonTexts;
  places: Places;
}

/**
 * Brings a document to life. `data` was computed while it was built. `languages` has one language, or all where the
 * page is a single file; the first one is that of the document.
 */
export async function start<D>(
  Document: Document<D>,
  data: D,
  name: DocumentName,
  languages: readonly Language[],
  makeWorker: () => WorkerLike,
): Promise<void> {
  const alone = embedded();
  const home = alone ? homeOf(alone) : name;
  const elsewhere = languages.length === 1 && languages[0].places.beside[home];
  if (elsewhere) return location.replace(elsewhere + location.search + location.hash);
  shownDocument.value = name;
  if (alone) showAlone(alone);
  useWorkers(makeWorker);
  await new Promise((resolve) => setTimeout(resolve)); // the browser starts the worker between tasks
  const root = document.getElementById("page") as HTMLElement;
  const shown = signal(0);
  const Page = () => {
    const { texts, places } = languages[shown.value];
    const choose = (event: { currentTarget: HTMLAnchorElement; preventDefault(): void }) => {
      if (languages.length === 1) event.currentTarget.hash = hashNow();
      else {
        event.preventDefault();
        shown.value = (shown.value + 1) % languages.length;
      }
    };
    const other = { ...places.other, choose };
    return (
      <TextsContext.Provider value={texts}>
        <Document data={data} places={{ ...places, other }} />
      </TextsContext.Provider>
    );
  };
  hydrate(<Page />, root); // what is shown may differ from what was built only from here on
  shownDocument.value = home;
  effect(() => {
    const { common } = languages[shown.value].texts;
    document.documentElement.lang = common.language;
    document.title = common.documents[shownDocument.value].title;
  });
  followLinks(languages.length === 1 ? languages[0].places.beside : null);
  void allAlive().then(() => {
    root.dataset.alive = ""; // for those who test the page
  });
}

/** How long the state must rest before it goes into the address, in milliseconds. */
const REST = 300;

/** The link to what is shown now, in the section that the address names. */
const hashNow = (): string =>
  writeHash(
    state.value,
    readHash(location.hash).section ?? embedded() ?? documents[shownDocument.value][0],
  );

/**
 * State goes into the address, and an address that somebody opens or goes back to becomes the state. `beside` are the
 * documents that are files of their own.
 */
function followLinks(beside: Places["beside"] | null): void {
  let known = ""; // as it was read or written last: of another one we are about to hear
  const write = () => {
    history.replaceState(null, "", hashNow());
    known = location.hash;
  };
  const open = () => {
    known = location.hash;
    const link = readHash(known);
    const home = link.section ? homeOf(link.section) : shownDocument.value;
    if (home !== shownDocument.value && beside) {
      location.replace((beside[home] ?? "") + known); // it is of another file
      return;
    }
    shownDocument.value = home;
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
