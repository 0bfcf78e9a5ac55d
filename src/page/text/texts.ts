import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Widen } from "../../text/widen.js";
import { nameOf } from "../state.js";
import type { en } from "./en/index.js";

/** All texts of the page. Each language has each of them, or does not compile. */
export type Texts = Widen<typeof en>;

export const TextsContext = createContext<Texts | null>(null);

/** The names of the methods of a spec, such as gn:4+ws. */
export const titleOf = (spec: string, { methods }: Pick<Texts, "methods">): string =>
  spec
    .split("+")
    .map((part) => methods[nameOf(part) as keyof typeof methods]?.title ?? part)
    .join(" + ");

/** The texts in the language of the page. */
export function useTexts(): Texts {
  const texts = useContext(TextsContext);
  if (!texts) throw new Error("no texts here");
  return texts;
}
