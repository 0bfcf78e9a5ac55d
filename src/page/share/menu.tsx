// What is in a section's menu "Share". Its program is loaded when a menu is opened first.
import { useState } from "preact/hooks";
import { escapeHtml } from "../../show/escape-html.js";
import { resultsJson } from "../../show/results.js";
import { state } from "../model.js";
import { Code, CopyButton } from "../parts/copy.js";
import { Complaint } from "../parts/fields.js";
import { save } from "../parts/save.js";
import { type Section, writeHash } from "../state.js";
import { useCommon } from "../text/texts.js";
import { sameAs } from "./commands.js";
import { csvOf, rowsOfTable } from "./csv.js";
import { results, rowsOf } from "./figures.js";
import { pngOf, svgText } from "./picture.js";

/** A figure of a section: a drawing, a table, or a grid of numbers. */
interface Figure {
  name: string;
  element: SVGSVGElement | HTMLTableElement;
}

/** What is drawn in a section now, the drawings of buttons and small ones in tables left out. */
function figuresIn(section: Element): Figure[] {
  const all = section.querySelectorAll<Figure["element"]>("svg[role=img], table");
  return [...all]
    .filter((element) => !element.closest("td") && element.getClientRects().length > 0)
    .map((element) => ({ element, name: nameOf(element) }));
}

const nameOf = (element: Element): string =>
  element.closest(".chart")?.querySelector("h3")?.textContent ||
  element.querySelector("caption")?.textContent ||
  element.closest("[aria-label]")?.ariaLabel?.split(/[.;。；]/)[0] ||
  element.closest("section[id]")?.querySelector("h2")?.textContent ||
  "";

/** A file's name from what is in it. Letters of any language stay. */
const fileOf = (section: string, name: string, type: string): string =>
  `evenkeel-${section}-${name.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 40)}.${type}`;

/** The section alone, for a page of somebody else. */
function embedOf(section: Section, element: Element, title: string): string {
  const url = new URL(writeHash(state.value, section), location.href);
  url.search = `?embed=${section}`;
  const height = Math.ceil(element.getBoundingClientRect().height) + 40;
  const [src, name] = [url.href, title].map(escapeHtml);
  return `<iframe src="${src}" title="${name}" width="100%" height="${height}" loading="lazy"></iframe>`;
}

export function Menu({ section, heading }: { section: Section; heading: string }) {
  const { share } = useCommon();
  const [failure, fail] = useState("");
  const element = document.getElementById(section);
  if (!element) return null;
  const same = sameAs(section, state.value);
  const result = results.get(section)?.() ?? null;
  const saving = {
    SVG: ({ element, name }: Figure) =>
      save(
        new Blob([svgText(element as SVGSVGElement, name)], { type: "image/svg+xml" }),
        fileOf(section, name, "svg"),
      ),
    PNG: async ({ element, name }: Figure) =>
      save(await pngOf(element as SVGSVGElement, name), fileOf(section, name, "png")),
    CSV: ({ element, name }: Figure) => {
      const rows = rowsOf.get(element)?.() ?? rowsOfTable(element as HTMLTableElement);
      // a byte order mark, or Excel takes the letters for others
      const text = `\uFEFF${csvOf(rows)}`;
      save(new Blob([text], { type: "text/csv" }), fileOf(section, name, "csv"));
    },
  };
  const kindsOf = ({ element }: Figure): (keyof typeof saving)[] => [
    ...(element instanceof SVGElement ? (["SVG", "PNG"] as const) : []),
    ...(element instanceof HTMLTableElement || rowsOf.has(element) ? (["CSV"] as const) : []),
  ];
  const press = async (work: () => unknown) => {
    fail("");
    try {
      await work();
    } catch (error) {
      fail(String(error));
    }
  };
  return (
    <div class="menu">
      <ul>
        {figuresIn(element).map((figure, i) => (
          <li key={i}>
            <span>{figure.name}</span>
            {kindsOf(figure).map((kind) => (
              <button
                key={kind}
                type="button"
                aria-label={`${kind}: ${figure.name}`}
                onClick={() => press(() => saving[kind](figure))}
              >
                {kind}
              </button>
            ))}
          </li>
        ))}
        {results.has(section) && (
          <li>
            <span>{result ? share.result : share.noResult}</span>
            <button
              type="button"
              disabled={!result}
              onClick={() =>
                press(() => {
                  const json = `${resultsJson({ ...result })}\n`;
                  save(new Blob([json], { type: "application/json" }), "results.json");
                })
              }
            >
              JSON
            </button>
          </li>
        )}
        <li>
          <span>{share.embed}</span>
          <CopyButton text={() => embedOf(section, element, heading)} label={share.embed} />
        </li>
      </ul>
      {failure && <Complaint text={share.failed(failure)} />}
      {same.command && <Code label={share.command} text={same.command} />}
      {same.code && (
        <>
          <Code label="npm" text="npm install evenkeel" />
          <Code label={share.program} text={same.code} />
        </>
      )}
    </div>
  );
}
