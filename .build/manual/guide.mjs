// A guide: HTML of its Markdown, and its sections for the search.
import { Marked } from "marked";

/** The anchor of a heading, as GitHub makes it, so that the guides can be read there too. */
const anchorOf = (title) =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");

const plain = (markdown) => markdown.replaceAll(/[`*_|#]|\]\([^)]*\)|\[/g, " ");

const marked = new Marked({
  renderer: {
    heading({ text, depth }) {
      return `<h${depth} id="${anchorOf(text)}">${marked.parseInline(text)}</h${depth}>\n`;
    },
  },
});

/** In Chinese a line's end is no space. */
const joined = (markdown) =>
  markdown.replaceAll(/(?<=[\p{Script=Han}，。；：、）”])\n *(?=[\p{Script=Han}（“`[])/gu, "");

/** { title, html, sections: [{ title, id, text }] }. `fileOf` gives the file of a guide by its name. */
export function guideOf(markdown, fileOf) {
  const sections = [];
  for (const token of marked.lexer(markdown))
    if (token.type === "heading")
      sections.push({ title: token.text, id: anchorOf(token.text), text: "" });
    else sections.at(-1).text += plain(token.raw);
  const html = marked
    .parse(joined(markdown).replaceAll(/\(([\w-]+)\.md(?=[#)])/g, (_, name) => `(${fileOf(name)}`))
    .replaceAll("<table>", '<div class="scroll" tabindex="0"><table>')
    .replaceAll("</table>", "</table></div>")
    .replaceAll("<pre>", '<pre tabindex="0">');
  return { title: sections[0].title, html, sections };
}
