import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Widen } from "../../text/widen.js";
import { nameOf } from "../state.js";
import type { en } from "./en/index.js";
import type { en as enLab } from "./en/lab/index.js";
import type { en as enTools } from "./en/tools/index.js";

/** All texts of the first document. Each language has each of them, or does not compile. */
export type Texts = Widen<typeof en>;

/** All texts of the laboratory. */
export type LabTexts = Widen<typeof enLab>;

/** All texts of the third document. */
export type ToolsTexts = Widen<typeof enTools>;

/** What each document has. */
export type CommonTexts = Pick<Texts, "common">;

/** The texts of a document, or of all where one file holds them. */
export const TextsContext = createContext<CommonTexts | null>(null);

/** The names of the methods of a spec, such as gn:4+ws. */
export const titleOf = (spec: string, { methods }: Pick<Texts, "methods">): string =>
  spec
    .split("+")
    .map((part) => methods[nameOf(part) as keyof typeof methods]?.title ?? part)
    .join(" + ");

function useAny(): CommonTexts {
  const texts = useContext(TextsContext);
  if (!texts) throw new Error("no texts here");
  return texts;
}

/** The texts in the language of the page, in its first document. */
export const useTexts = (): Texts => useAny() as Texts;

/** The texts in the language of the page, in the laboratory. */
export const useLab = (): LabTexts => useAny() as LabTexts;

/** The texts in the language of the page, in its third document. */
export const useTools = (): ToolsTexts => useAny() as ToolsTexts;

/** The texts that each document has. */
export const useCommon = (): Texts["common"] => useAny().common;
