// A section alone, in a frame of somebody else's page: ?embed=SECTION.
import { type Section, sections } from "../state.js";

/** The section that the address asks for alone; null for the whole page. */
export const embedded = (): Section | null => {
  const name = new URLSearchParams(location.search).get("embed");
  return sections.find((section) => section === name) ?? null;
};

/** Leaves this section alone; links lead to the whole page, in a tab of its own. */
export function showAlone(section: Section): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    `.bar, footer, main > h1, main > .lead, main section[id]:not(#${section}) { display: none }
    main section[id] { border: 0; padding-block: 0.5rem }`,
  );
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  document.addEventListener(
    "click",
    (event) => {
      const link = (event.target as Element).closest?.("a");
      if (!link?.hash) return;
      link.target = "_blank";
      link.search = "";
    },
    { capture: true },
  );
}
