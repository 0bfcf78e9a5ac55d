import type { ComponentChildren } from "preact";
import { state } from "../model.js";
import { type Section as Name, writeHash } from "../state.js";
import { useCommon } from "../text/texts.js";
import { CopyButton } from "./copy.js";

/** A section of the page. Its link brings others to what is shown here now. */
export function Section(props: {
  name: Name;
  heading: string;
  lead: string;
  children: ComponentChildren;
}) {
  const common = useCommon();
  const { name, heading, lead, children } = props;
  const link = () => new URL(writeHash(state.value, name), location.href).href;
  return (
    <section id={name} aria-labelledby={`${name}-heading`}>
      <header>
        <h2 id={`${name}-heading`}>{heading}</h2>
        <CopyButton text={link} name={common.link} label={heading} />
      </header>
      <p class="lead">{lead}</p>
      {children}
    </section>
  );
}
