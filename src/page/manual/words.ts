// How texts of the manual are cut into words, when the search is made and when it is asked.

/** What can be found: a section of a guide, or an export. Addresses are relative to the manual's folder. */
export interface Entry {
  title: string;
  /** The guide that a section is of, or the kind of an export. */
  page: string;
  text: string;
  href: string;
}

/** Names are found by their parts too: batchNorm by "norm". */
const parts = (word: string) => [word, ...word.split(/(?<=[a-z0-9])(?=[A-Z])|[._-]/)];

/** Chinese has no spaces: each two neighbouring characters are a word, so that no dictionary is needed. */
const pairs = (run: string) =>
  run.length < 2 ? [run] : Array.from({ length: run.length - 1 }, (_, i) => run.slice(i, i + 2));

export function words(text: string): string[] {
  const runs = text.match(/\p{Script=Han}+|[\p{L}\p{N}_.-]+/gu) ?? [];
  return runs.flatMap((run) => (/\p{Script=Han}/u.test(run) ? pairs(run) : parts(run)));
}

/** Of MiniSearch. The beginning of a word finds it, and a word of five letters or more with one wrong letter. */
export const options = {
  fields: ["title", "page", "text"],
  storeFields: ["title", "page", "href"],
  tokenize: words,
  searchOptions: {
    boost: { title: 4, page: 2 },
    combineWith: "AND" as const,
    prefix: true,
    fuzzy: (term: string) => (/^[a-z]{5,}$/i.test(term) ? 1 : false),
  },
};
