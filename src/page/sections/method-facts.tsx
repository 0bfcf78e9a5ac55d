import { methodDescriptions } from "../../experiments/methods/descriptions.js";
import { lines } from "../library-lines.js";
import { Code } from "../parts/copy.js";
import { useTexts } from "../text/texts.js";

/** What there is to know of a method: formula, statistics, defaults, paper, and its line in three libraries. */
export function MethodFacts(props: { name: string; formulas: Readonly<Record<string, string>> }) {
  const { see, methods, common } = useTexts();
  const rows = methodDescriptions.flatMap((family) => family.methods);
  const row = rows.find(({ name }) => name === props.name);
  if (!row) return null;
  const text = methods[row.name as keyof typeof methods];
  const code = lines[row.name as keyof typeof lines] ?? {};
  const { facts } = see;
  return (
    <div class="facts">
      <h3>
        {text.title} {common.language !== "en" && <span lang="en">{row.title}</span>}
      </h3>
      {/* MathML made when the page was built */}
      <div
        class="formula"
        tabIndex={0}
        dangerouslySetInnerHTML={{ __html: props.formulas[row.name] }}
      />
      <dl>
        <dt>{facts.statistics}</dt>
        <dd>{text.statistics}</dd>
        <dt>{facts.learned}</dt>
        <dd>{text.learned}</dd>
        <dt>{facts.defaults}</dt>
        <dd>{text.defaults}</dd>
        <dt>{facts.batch}</dt>
        <dd>{see.batch[row.batch]}</dd>
        {row.paper && (
          <>
            <dt>{facts.paper}</dt>
            <dd>
              {row.paper.arXiv ? (
                <a href={`https://arxiv.org/abs/${row.paper.arXiv}`} rel="noopener">
                  {row.paper.by}
                </a>
              ) : (
                row.paper.by
              )}
            </dd>
          </>
        )}
      </dl>
      <h4>{see.code}</h4>
      <Code label="evenkeel" text={code.evenkeel ?? evenkeelLine(row.api)} />
      {code.pytorch && <Code label="PyTorch" text={code.pytorch} />}
      {code.keras && <Code label="Keras" text={code.keras} />}
    </div>
  );
}

/** The layer of a method for feature maps, else its first layer, else its first name. */
const evenkeelLine = (api: readonly string[]): string =>
  api.find((name) => /^nn\.[A-Z].*2d$/.test(name)) ??
  api.find((name) => /^nn\.[A-Z]/.test(name)) ??
  api[0];
