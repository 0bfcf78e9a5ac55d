// Where the documents lie, in each language, and how one leads to another: in any folder of any host.
import type { Places } from "./shell.js";
import { type DocumentName, documents } from "./state.js";

export type LanguageName = "en" | "zh";

const tags = { en: "en", zh: "zh-Hans" } as const;

/** The folder of a document, with a slash at its end unless it is that of the page. */
export const folderOf = (name: DocumentName, language: LanguageName): string =>
  (language === "en" ? "" : `${language}/`) + (name === "main" ? "" : `${name}/`);

/** The way from a folder up to that of the page. */
export const upFrom = (folder: string): string => "../".repeat(folder.split("/").length - 1);

/** The neighbours of a document that is a file of its own. */
export function placesOf(name: DocumentName, language: LanguageName): Places {
  const up = upFrom(folderOf(name, language));
  const other = language === "en" ? "zh" : "en";
  const names = (Object.keys(documents) as DocumentName[]).filter((each) => each !== name);
  return {
    other: { href: up + folderOf(name, other), lang: tags[other] },
    beside: Object.fromEntries(names.map((each) => [each, up + folderOf(each, language)])),
  };
}

/** The neighbours of a document in the single file, which changes what it shows. */
export function placesInFile(name: DocumentName, other: Places["other"]): Places {
  const names = (Object.keys(documents) as DocumentName[]).filter((each) => each !== name);
  const beside = Object.fromEntries(names.map((each) => [each, `#${documents[each][0]}`]));
  return { other: { ...other, href: `#${documents[name][0]}` }, beside };
}
