import type { ComponentChildren, FunctionComponent } from "preact";
import { broken, incomplete, repaired } from "./model.js";
import { failureText } from "./refusals.js";
import { type DocumentName, documents } from "./state.js";
import { useCommon } from "./text/texts.js";

/** The page in the other language. */
export interface Other {
  href: string;
  lang: string;
  /** Takes what is shown along, or changes the language here. */
  choose?: (event: { currentTarget: HTMLAnchorElement; preventDefault(): void }) => void;
}

/** Where a document's neighbours are: it in the other language, and the other documents in its own. */
export interface Places {
  other: Other;
  beside: Partial<Record<DocumentName, string>>;
}

/** A whole document: `data` is what was computed for it while it was built. */
export type Document<D> = FunctionComponent<{ data: D; places: Places }>;

/** What stands around the sections of each document: the bar, the heading, notices. */
export function Shell(props: { name: DocumentName; places: Places; children: ComponentChildren }) {
  const { name, places, children } = props;
  const { other, beside } = places;
  const common = useCommon();
  const { noEngine } = common;
  const { heading, lead } = common.documents[name];
  return (
    <>
      <header class="bar">
        <nav aria-label={common.nav}>
          {documents[name].map((section) => (
            <a key={section} href={`#${section}`}>
              {common.sections[section]}
            </a>
          ))}
          {Object.entries(beside).map(([document, href]) => (
            <a key={document} href={href} class="document">
              {common.documents[document as DocumentName].name}
            </a>
          ))}
        </nav>
        <a
          class="language"
          href={other.href}
          lang={other.lang}
          hreflang={other.lang}
          onClick={other.choose}
        >
          {common.other}
        </a>
      </header>
      <main>
        <h1>{heading}</h1>
        <p class="lead">{lead}</p>
        <noscript>
          <p class="notice">{common.noScript}</p>
        </noscript>
        {repaired.value.length > 0 && (
          <p class="notice" role="status">
            {common.repaired(repaired.value.join(", "))}
          </p>
        )}
        {broken.value && (
          <p class="notice" role="alert">
            {/SIMD/.test(broken.value) || !("with" in Array.prototype)
              ? noEngine.old
              : noEngine.other(failureText(broken.value, common))}
          </p>
        )}
        {incomplete.value && (
          <p class="notice" role="alert">
            {common.incomplete}
          </p>
        )}
        {children}
      </main>
      <footer>{common.footer}</footer>
    </>
  );
}
