// A guide: HTML of its Markdown, and its sections for the search.
import { Marked } from "marked";

/** A heading and its anchor: `## 标题 {#name}`, or made of the heading's own letters. */
function headingOf(text) {
  const [, title, given] = text.match(/^(.*?)(?:\s*\{#([\w-]+)\})?$/);
  const made = title.toLowerCase().replaceAll(/[^\w]+/g, "-");
  return { title, id: given ?? made.replaceAll(/^-|-$/g, "") };
}

const plain = (markdown) => markdown.replaceAll(/[`*_|#]|\]\([^)]*\)|\[/g, " ");

const marked = new Marked({
  renderer: {
    heading({ text, depth }) {
      const { title, id } = headingOf(text);
      return `<h${depth} id="${id}">${marked.parseInline(title)}</h${depth}>\n`;
    },
  },
});

/** { title, html, sections: [{ title, id, text }] } */
export function guideOf(markdown) {
  const sections = [];
  for (const token of marked.lexer(markdown))
    if (token.type === "heading") sections.push({ ...headingOf(token.text), text: "" });
    else sections.at(-1).text += plain(token.raw);
  const html = marked
    .parse(markdown)
    .replaceAll("<table>", '<div class="scroll" tabindex="0"><table>')
    .replaceAll("</table>", "</table></div>")
    .replaceAll("<pre>", '<pre tabindex="0">');
  return { title: sections[0].title, html, sections };
}
