"use client";
import { useState } from "react";
import { useNorm } from "./use-norm.js"; // the README's effect

/** StrictMode mounts it, cleans up and mounts again: it shows a result for each. */
export function Norm() {
  const [results, setResults] = useState([]);
  useNorm((result) => setResults((before) => [...before, String(result)]));
  return <pre data-results={results.length}>{results.join("\n")}</pre>;
}
