// Parts of the page whose programs are loaded after that of the first one. What stands in the document is theirs; each
// comes to life in a task of its own, so that the page answers between them.
import { batch } from "@preact/signals";
import { createContext, type FunctionComponent, hydrate, render, type VNode } from "preact";
import { useContext, useId, useLayoutEffect, useRef } from "preact/hooks";
import { incomplete, state } from "../model.js";
import { defaults } from "../state.js";
import { TextsContext } from "../text/texts.js";

/** Draws a part as text, while the page is built. */
export const AsText = createContext<((part: VNode) => string) | null>(null);

const PartName = createContext("");

/** An id that is the only one in the page: each part is drawn by itself, and counts from 0. */
export const useOwnId = (): string => useContext(PartName) + useId();

let last: Promise<unknown> = Promise.resolve();

/** When all parts that the page has now are alive. */
export const allAlive = (): Promise<unknown> => last;

const loads: (() => Promise<void>)[] = [];

/** When the programs of all parts are here. */
export const allReady = (): Promise<unknown> => Promise.all(loads.map((ready) => ready()));

const nextTask = () => new Promise((resolve) => setTimeout(resolve));

/** What stands in the document shows the usual state: draws it as such, and the state of now after it. */
function asBuilt(draw: () => void): void {
  batch(() => {
    const now = state.value;
    state.value = defaults;
    try {
      draw();
    } finally {
      state.value = now; // whatever happens: it goes into the address
    }
  });
}

/** A component that is loaded when it is drawn first. Its props may not change; its texts may. */
export function late<P extends object>(name: string, load: () => Promise<FunctionComponent<P>>) {
  let Part: FunctionComponent<P> | null = null;
  const ready = async () => {
    Part ??= await load();
  };
  loads.push(ready);
  const Late = (props: P) => {
    const texts = useContext(TextsContext);
    const asText = useContext(AsText);
    const box = useRef<HTMLDivElement>(null);
    const isAlive = useRef(false);
    const part = () => (
      <PartName.Provider value={name}>
        <TextsContext.Provider value={texts}>{Part && <Part {...props} />}</TextsContext.Provider>
      </PartName.Provider>
    );
    const draw = () => {
      const { current } = box;
      if (!Part || !current) return;
      if (isAlive.current) render(part(), current);
      else asBuilt(() => hydrate(part(), current));
      isAlive.current = true;
    };
    useLayoutEffect(() => {
      if (isAlive.current) return draw();
      const loaded = ready().catch(() => {
        incomplete.value = true;
      });
      last = last
        .then(() => loaded)
        .then(nextTask)
        .then(draw)
        .catch((error) => {
          incomplete.value = true; // the other parts come to life nevertheless
          console.error(error);
        });
    }, [texts]);
    const html = asText ? asText(part()) : ""; // in the browser it is not read: the document has it
    return <div ref={box} dangerouslySetInnerHTML={{ __html: html }} />;
  };
  return Late;
}
