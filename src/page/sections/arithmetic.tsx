import type { ReadonlySignal } from "@preact/signals";
import { momentsOf } from "../../experiments/moments.js";
import type { Sight } from "../../experiments/see.js";
import { sizeOf } from "../../shape.js";
import type { Lit } from "../parts/lit.js";
import { exact, plain, term } from "../parts/numbers.js";
import { useTexts } from "../text/texts.js";

/** What an output is computed from. */
interface Terms {
  x: number;
  y: number;
  mean: number;
  /** The biased variance, or the mean of the squares. */
  spread: number;
  gamma: number | null;
  beta: number | null;
  eps: number;
}

/** The terms of the output at an index, or null where the method has another arithmetic. */
function termsOf(sight: Sight, { at, members }: Lit): Terms | null {
  const { input, output, statistic, eps, gamma, beta, running, shape } = sight;
  if (!statistic) return null;
  const [, c, h, w] = shape;
  const channel = Math.floor(at / (h * w)) % c;
  const values = Float64Array.from(members, (i) => input[i]);
  const own = momentsOf(values);
  const squares = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  const [mean, spread] = running
    ? [running.mean[channel], running.variance[channel]]
    : statistic === "squares"
      ? [0, squares]
      : [own.mean, own.biased];
  return {
    ...{ x: input[at], y: output[at], mean, spread, eps: eps ?? 0 },
    gamma: gamma ? gamma[at] : null,
    beta: beta ? beta[at] : null,
  };
}

/** The arithmetic of the number pointed at: a formula with its own numbers. */
export function Arithmetic({ sight, lit }: { sight: Sight; lit: ReadonlySignal<Lit> }) {
  const { see } = useTexts();
  const now = lit.value;
  const terms = termsOf(sight, now);
  return (
    <div class="card arithmetic" aria-live="polite">
      <h3>{see.arithmetic}</h3>
      {terms ? (
        <Formula terms={terms} isMoments={sight.statistic === "moments"} />
      ) : (
        <p class="big">{see.inWords(exact(sight.input[now.at]), exact(sight.output[now.at]))}</p>
      )}
      <p>
        {terms && !sight.running && sight.statistic === "moments" && (
          <strong>{see.moments(now.members.size, term(terms.mean), term(terms.spread))} </strong>
        )}
        {sharesText(sight, now, see)}
      </p>
    </div>
  );
}

function sharesText(
  sight: Sight,
  { members }: Lit,
  see: ReturnType<typeof useTexts>["see"],
): string {
  const { sets, running, of, shape } = sight;
  if (of === "weight") return see.ownFigure.weight;
  if (of === "data") return see.ownFigure.data;
  if (!sets || sets.length === 0) return see.ownFigure.none;
  if (running) return see.fixed;
  if (sets.length > 1) return see.mixes(members.size);
  if (sets[0].channels === "window") return see.window(members.size);
  return see.shares(members.size, Math.round(sizeOf(shape) / members.size));
}

/** y = γ·(x − μ)/√(σ² + ε) + β as MathML. It has no stretching brackets: Chromium cannot draw them without a font. */
function Formula({ terms, isMoments }: { terms: Terms; isMoments: boolean }) {
  const { x, y, mean, spread, eps, gamma, beta } = terms;
  const number = (value: number) => <mn>{term(value)}</mn>;
  const inBrackets = (value: number) =>
    value < 0 ? (
      <>
        <mo stretchy={false}>(</mo>
        {number(value)}
        <mo stretchy={false}>)</mo>
      </>
    ) : (
      number(value)
    );
  return (
    <math display="block" class="big" tabIndex={0}>
      <mi>y</mi>
      <mo>=</mo>
      {gamma !== null && (
        <>
          {inBrackets(gamma)}
          <mo>·</mo>
        </>
      )}
      <mfrac>
        <mrow>
          {number(x)}
          {isMoments && (
            <>
              <mo>−</mo>
              {inBrackets(mean)}
            </>
          )}
        </mrow>
        <msqrt>
          {number(spread)}
          <mo>+</mo>
          <mn>{String(eps)}</mn>
        </msqrt>
      </mfrac>
      {beta !== null && (
        <>
          <mo>+</mo>
          {inBrackets(beta)}
        </>
      )}
      <mo>=</mo>
      <mn>{plain(y)}</mn>
    </math>
  );
}
