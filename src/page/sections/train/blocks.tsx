import type { Lane } from "../../engine/lane.js";
import { exact } from "../../parts/numbers.js";
import { Scrolled } from "../../parts/scrolled.js";
import { useTexts } from "../../text/texts.js";

const [WIDTH, HEIGHT] = [80, 28];

/** What went through each block at the last look: the histogram of its outputs and the length of its gradient. */
export function Blocks({ lanes }: { lanes: readonly Lane[] }) {
  const { train } = useTexts();
  const seen = lanes.filter(({ probe }) => probe);
  if (seen.length === 0) return null;
  const blocks = seen[0].probe?.blocks ?? [];
  return (
    <details class="more">
      <summary>{train.inside}</summary>
      <p class="hint">{train.insideHint}</p>
      <Scrolled label={train.inside}>
        <table class="lanes">
          <thead>
            <tr>
              <th scope="col">{train.table.norm}</th>
              {blocks.map((_, i) => (
                <th key={i} scope="col">
                  {train.block(i + 1)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {seen.map((lane) => (
              <tr key={lane.norm}>
                <th scope="row" class={`look${lanes.indexOf(lane) % 8}`}>
                  {lane.norm}
                </th>
                {lane.probe?.blocks.map(({ histogram, gradient, mean, deviation }, i) => (
                  <td key={i} class={`look${lanes.indexOf(lane) % 8}`}>
                    <svg
                      class="histogram"
                      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
                      role="img"
                      aria-label={`μ ${exact(mean)}, σ ${exact(deviation)}`}
                    >
                      <path d={area(histogram.shares)} />
                    </svg>
                    <span class="hint">
                      μ {exact(mean)}, σ {exact(deviation)}
                      <br />
                      ‖∇‖ {exact(gradient)}
                    </span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </details>
  );
}

/** The outline of a histogram. Heights are square roots of shares: behind a ReLU most outputs are 0. */
function area(shares: readonly number[]): string {
  const most = Math.max(...shares, Number.MIN_VALUE);
  const step = WIDTH / shares.length;
  const tops = shares.map(
    (share, i) =>
      `L${(i * step).toFixed(1)} ${(HEIGHT * (1 - Math.sqrt(share / most))).toFixed(1)}h${step.toFixed(1)}`,
  );
  return `M0 ${HEIGHT}${tops.join("")}L${WIDTH} ${HEIGHT}z`;
}
