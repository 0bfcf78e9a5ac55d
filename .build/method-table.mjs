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

/** The table of methods (src/experiments/methods) as Markdown, with one table for each family. */
export function methodTable(families) {
  const row = (cells) => `| ${cells.join(" | ")} |\n`;
  return families
    .map(({ title, methods }) => {
      const rows = methods.map((method) => [
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
