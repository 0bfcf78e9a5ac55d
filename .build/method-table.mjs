const families = {
  batch: "Statistics of the batch",
  sample: "Statistics of one sample",
  conditional: "Scale and shift from a condition",
  activation: "With the activation, or in place of a norm",
  weights: "Of weights",
  data: "Of data",
};
const titles = [
  "method",
  "spec",
  "statistics",
  "learned",
  "formula",
  "defaults",
  "depends on the batch",
];
const head = [...titles, "paper", "names"];

const spec = ({ name, argument, make, parametrize }) => {
  if (parametrize) return `\`+${name}\``;
  if (!make) return "";
  return argument ? `\`${name}\` \`${name}:${argument.means.match(/^\w/)[0]}\`` : `\`${name}\``;
};
const paper = ({ by, arXiv }) => (arXiv ? `[${by}](https://arxiv.org/abs/${arXiv})` : by);

/** The table of methods (src/nn/methods) as Markdown, one table a family. */
export function methodTable(methods) {
  const row = (cells) => `| ${cells.join(" | ")} |\n`;
  return Object.entries(families)
    .map(([family, title]) => {
      const rows = methods
        .filter((method) => method.family === family)
        .map((method) => [
          method.title,
          spec(method),
          method.statistics,
          method.learned,
          method.formula,
          method.defaults,
          method.batch,
          method.paper ? paper(method.paper) : "",
          method.api.map((name) => `\`${name}\``).join(" "),
        ]);
      return `**${title}**\n\n${[head, head.map(() => "---"), ...rows].map(row).join("")}`;
    })
    .join("\n");
}
