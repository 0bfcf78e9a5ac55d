/** A number with three digits and without an exponent. */
const significant = (value) =>
  value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
const times = (value) => `${value >= 10 ? value.toFixed(0) : value.toFixed(1)}×`;

/** The reasons for empty cells, each with a letter, in the order of appearance. */
function notes() {
  const letters = new Map();
  return {
    mark(reason) {
      if (!letters.has(reason)) letters.set(reason, String.fromCharCode(97 + letters.size));
      return letters.get(reason);
    },
    text: () => [...letters].map(([reason, letter]) => `${letter}: ${reason}`).join("; "),
  };
}

const legend =
  "Median milliseconds, in brackets how many times ours, the median of rounds in which all take turns; one thread " +
  "unless a row says otherwise; every result compared with ours before it was timed. onnxruntime's operations are " +
  "timed inside a graph: the difference of a model of 1 + n copies and a model of one, divided by n; one-row calls " +
  "and whole networks as calls. jax-js is jitted, its training step without the update.";

/**
 * The figures of one Node version in Markdown: ours, the best wasm library and the best native library, then each
 * library with its ratio to ours.
 */
export function table({ node, rows, versions, absent }, libraries, machine) {
  const there = Object.keys(libraries).filter((name) => versions[name]);
  const [own, ...others] = there;
  const remarks = notes();
  const lines = rows.map(({ name, cells }) => {
    const at = (adapter) => cells.find((cell) => cell.adapter === adapter);
    const ours = at(own).ms;
    const best = (native) => {
      const ratios = others
        .filter((adapter) => Boolean(libraries[adapter].native) === native)
        .map((adapter) => at(adapter)?.ratio)
        .filter((ratio) => ratio !== undefined);
      return ratios.length === 0 ? "" : times(Math.min(...ratios));
    };
    const each = others.map((adapter) => {
      const { ms, ratio, reason = "one thread in Node" } = at(adapter) ?? {};
      return ms === undefined
        ? `– ${remarks.mark(reason)}`
        : `${significant(ms)} (${times(ratio)})`;
    });
    return [name, significant(ours), best(false), best(true), ...each];
  });
  const label = (adapter) => `${libraries[adapter].name} ${versions[adapter]}`;
  const header = ["workload, ms", label(own), "best wasm", "best native", ...others.map(label)];
  const text = [header, header.map((_, i) => (i === 0 ? "---" : "---:")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |\n`)
    .join("");
  const { cpu, cores, platform, date, load } = machine;
  return [
    `${cpu}, ${cores} cores, ${platform}, Node ${node.slice(1)}, ${date}, load ${load}.`,
    `${legend}\n`,
    text,
    ...(remarks.text() ? [`– ${remarks.text()}.`] : []),
    ...absent.map((line) => `${line}.`),
  ]
    .join("\n")
    .concat("\n");
}
