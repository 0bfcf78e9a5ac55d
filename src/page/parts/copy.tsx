import { useEffect, useRef, useState } from "preact/hooks";
import { useCommon } from "../text/texts.js";

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

/** A button that copies a text, and says for a moment whether it could: browsers refuse it to pages without https. */
export function CopyButton(props: { text: () => string; label: string; name?: string }) {
  const common = useCommon();
  const [isCopied, setCopied] = useState<boolean | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    setCopied(await writeText(props.text()));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(null), 1500);
  };
  const name = props.name ?? common.copy;
  return (
    <button type="button" class="quiet" aria-label={`${name}: ${props.label}`} onClick={copy}>
      {isCopied === null ? name : isCopied ? common.copied : common.notCopied}
    </button>
  );
}

const writeText = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
};
