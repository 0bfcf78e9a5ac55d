import type { ComponentChildren } from "preact";
import { state } from "../model.js";
import { type Section as Name, writeHash } from "../state.js";
import { useCommon } from "../text/texts.js";
import { CopyButton } from "./copy.js";
import { Share } from "./share.js";

/** A section of the page. Its link brings others to what is shown here now. */
export function Section(props: {
  name: Name;
  heading: string;
  lead: string;
  children: ComponentChildren;
}) {
  const common = useCommon();
  const { name, heading, lead, children } = props;
  const link = () => {
    const url = new URL(writeHash(state.value, name), location.href);
    url.search = ""; // of a section that is shown alone, the link leads to the whole page
    return url.href;
  };
  return (
    <section id={name} aria-labelledby={`${name}-heading`}>
      <header>
        <h2 id={`${name}-heading`}>{heading}</h2>
        <div class="share-line">
          <CopyButton text={link} name={common.link} label={heading} />
          <Share section={name} heading={heading} />
        </div>
      </header>
      <p class="lead">{lead}</p>
      {children}
    </section>
  );
}
