import type { InfluenceRow } from "../../experiments/influence.js";
import { shares } from "../influence-rows.js";
import { percent } from "../parts/numbers.js";
import { useTexts } from "../text/texts.js";

/** What moves under each disturbance, as bars with their percent, and what a method is invariant to. */
export function InfluenceCells({ row }: { row: InfluenceRow }) {
  const { breakIt, influence } = useTexts();
  const { parts, words } = influence;
  return (
    <>
      {shares.map(({ column, disturbance, payer }) => {
        const share = row.influences[disturbance][payer];
        return (
          <td key={column} class={`share of-${disturbance}${payer === "own" ? " first" : ""}`}>
            {share === null ? words.refused : <Bar share={share} payer={payer} />}
          </td>
        );
      })}
      {(["shift", "scale"] as const).map((change) => (
        <td key={change} class="of-invariance">
          {row.invariant[change].map((part) => parts[part]).join(breakIt.table.comma) ||
            breakIt.table.nothing}
        </td>
      ))}
    </>
  );
}

function Bar({ share, payer }: { share: number; payer: string }) {
  const { common } = useTexts();
  return (
    <>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect class={payer} width={Math.round(1000 * share) / 10} height="1" />
      </svg>
      <span class={share === 0 ? "zero" : undefined}>{percent(share, common.percent)}</span>
    </>
  );
}
