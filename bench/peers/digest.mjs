// The README's figures: a few rows of the tables in bench/README.md, so that the two never differ.

/** Kinds of work that differ in what bounds them: memory, sums over the batch, products, whole networks. */
const chosen = [
  "layerNorm forward + backward [1600, 512]",
  "batchNorm training forward + backward [64, 128, 16, 16]",
  "instanceNorm forward [4, 128, 64, 64]",
  "groupNorm(32) forward + backward [2, 256, 56, 56]",
  "conv2d → 64, stride 1, forward [1, 64, 56, 56]",
  "NormResNet gn(4), width 64, evaluation [64, 3, 32, 32]",
];

/**
 * Of the text of table.mjs, its first report: the machine, and the chosen rows with ours, the best wasm and the best
 * native library.
 */
export function digest(text) {
  const lines = text.trim().split("\n");
  const start = lines.findIndex((line) => line.startsWith("| "));
  const [head, align, ...rows] = lines
    .slice(
      start,
      lines.findIndex((line, i) => i > start && !line.startsWith("| ")),
    )
    .map((line) => line.split(" | ").slice(0, 4));
  const few = chosen.map((title) => {
    const row = rows.find(([name]) => name === `| ${title}`);
    if (!row) throw new Error(`no row "${title}": --readme needs all rows`);
    return row;
  });
  const table = [head, align, ...few].map((cells) => `${cells.join(" | ")} |\n`).join("");
  return `${lines[0]}\n\n${table}`;
}
