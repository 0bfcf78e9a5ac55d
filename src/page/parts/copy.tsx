import { useState } from "preact/hooks";
import { useTexts } from "../text/texts.js";

/** Code with a button that copies it. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    <div class="code">
      <span class="what">{label}</span>
      <code>{text}</code>
      <CopyButton text={() => text} label={label} />
    </div>
  );
}

/** A button that copies a text, and says so for a moment. */
export function CopyButton(props: { text: () => string; label: string; name?: string }) {
  const { common } = useTexts();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(props.text()).catch(() => {});
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  const name = props.name ?? common.copy;
  return (
    <button type="button" class="quiet" aria-label={`${name}: ${props.label}`} onClick={copy}>
      {copied ? common.copied : name}
    </button>
  );
}
