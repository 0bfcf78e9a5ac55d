import { useEffect, useState } from "preact/hooks";

/** How long a text must rest before it is read aloud, in milliseconds. */
const REST = 700;

/** Reads a text aloud that changes while a lever is dragged: once it rests, and not the first one. */
export function Said({ text }: { text: string }) {
  const [first] = useState(text);
  const [said, say] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => say((before) => (text === first && !before ? "" : text)), REST);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  );
}
