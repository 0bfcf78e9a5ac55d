"use client";
import { init, layerNorm, tensor } from "evenkeel";
import { useEffect, useState } from "react";

/** An effect as the README has it, which StrictMode mounts, cleans up and mounts again: it shows a result for each. */
export function Norm() {
  const [results, setResults] = useState([]);
  useEffect(() => {
    const show = (result) => setResults((before) => [...before, String(result)]);
    const made = init();
    made.then(() => show(layerNorm(tensor([1, 3]), [2]).toArray())).catch(show);
    return () => void made.then((runtime) => runtime.close());
  }, []);
  return <pre data-results={results.length}>{results.join("\n")}</pre>;
}
