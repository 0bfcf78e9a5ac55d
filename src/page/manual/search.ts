// The manual's search, in the visitor's browser: all entries of a language in one file, so that it works without a
// server.
import MiniSearch from "minisearch";
import { type Entry, options } from "./words.js";

/** Entries of this page's language: a script beside the page puts them here. */
declare const manualEntries: readonly Entry[];

/** So many answers are shown. */
const MOST = 12;

const field = document.querySelector<HTMLInputElement>("#search");
const list = document.querySelector<HTMLElement>("#found");
const up = document.documentElement.dataset.up ?? "";

let index: MiniSearch<Entry> | null = null;
const made = () => {
  if (index) return index;
  index = new MiniSearch<Entry>(options);
  index.addAll(manualEntries.map((entry, id) => ({ ...entry, id })));
  return index;
};

/** A line of the answer: a link to the entry, and the page it is on. */
function line({ title, page, href }: Entry): HTMLElement {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `${up}${href}`;
  link.textContent = title;
  item.append(link);
  if (page !== title) {
    const where = document.createElement("small");
    where.textContent = page;
    item.append(where);
  }
  return item;
}

function show(): void {
  if (!field || !list) return;
  const query = field.value.trim();
  const found = query === "" ? [] : made().search(query).slice(0, MOST);
  const none = document.createElement("li");
  none.textContent = list.dataset.none ?? "";
  const lines = found.map((each) => line(each as unknown as Entry));
  list.replaceChildren(...(query !== "" && lines.length === 0 ? [none] : lines));
}

field?.addEventListener("input", show);
field?.form?.addEventListener("submit", (event) => {
  event.preventDefault();
  list?.querySelector("a")?.click();
});
