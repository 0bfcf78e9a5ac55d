import { broken, incomplete, type PageData, repaired } from "./model.js";
import { late } from "./parts/late.js";
import { failureText } from "./refusals.js";
import { See } from "./sections/see.js";
import { sections } from "./state.js";
import { type Texts, TextsContext } from "./text/texts.js";

const below = () => import("./sections/below.js");
const BreakIt = late("break", async () => (await below()).BreakIt);
const Train = late("train", async () => (await below()).Train);
const Choose = late("choose", async () => (await below()).Choose);

/** When the programs of all sections are here. */
export const allReady = () => Promise.all([BreakIt, Train, Choose].map(({ ready }) => ready()));

/** Where the page in the other language is. */
export interface Other {
  href: string;
  lang: string;
  /** Takes what is shown along, or changes the language here. */
  choose?: (event: { currentTarget: HTMLAnchorElement; preventDefault(): void }) => void;
}

export function App({ texts, data, other }: { texts: Texts; data: PageData; other: Other }) {
  const { common } = texts;
  const { noEngine } = common;
  return (
    <TextsContext.Provider value={texts}>
      <header class="bar">
        <nav aria-label={common.nav}>
          {sections.map((name) => (
            <a key={name} href={`#${name}`}>
              {common.sections[name]}
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
        <h1>{common.heading}</h1>
        <p class="lead">{common.lead}</p>
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
        <See data={data} />
        <BreakIt data={data} />
        <Train />
        <Choose norms={new Set(data.influence.map(({ norm }) => norm))} />
      </main>
      <footer>{common.footer}</footer>
    </TextsContext.Provider>
  );
}
