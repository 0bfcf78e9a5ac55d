import { Refusal } from "../../engine/client.js";
import { type Lane, laneName } from "../../engine/lane.js";
import type { RaceStatus } from "../../engine/race.js";
import { exact } from "../../parts/numbers.js";
import { Scrolled } from "../../parts/scrolled.js";
import { failureText, refusalText } from "../../refusals.js";
import { titleOf, useTexts } from "../../text/texts.js";
import { accuracyOf, lookOf, lossOf } from "./curves.js";

/** The trainings as a table: where each one is, how fast it is, and what it needs. */
export function Lanes({ lanes, status }: { lanes: readonly Lane[]; status: RaceStatus }) {
  const texts = useTexts();
  const { train, common } = texts;
  const hasSeeds = lanes.some(({ seed }) => seed !== lanes[0].seed);
  const { table } = train;
  const wordOf = (lane: Lane): string => {
    if (status === "idle") return train.recorded;
    if (lane.status === "running" && status === "paused") return train.status.paused;
    const { message } = lane;
    const why =
      lane.status === "refused"
        ? refusalText(new Refusal(message), common)
        : lane.status === "failed"
          ? failureText(message, common)
          : "";
    return why ? train.because(train.status[lane.status], why) : train.status[lane.status];
  };
  return (
    <Scrolled label={train.lanes}>
      <table class="lanes">
        <thead>
          <tr>
            <th scope="col">{table.norm}</th>
            {[table.step, table.loss, table.accuracy, table.speed, table.memory].map((title) => (
              <th key={title} scope="col" class="figure-cell">
                {title}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {lanes.map((lane) => (
            <tr key={laneName(lane)}>
              <th scope="row" class={`look${lookOf(lanes, lane.norm) % 8}`}>
                {hasSeeds ? train.withSeed(lane.norm, lane.seed) : lane.norm}{" "}
                <span class="what">{titleOf(lane.norm, texts)}</span>
              </th>
              <td class="figure-cell">{lane.losses.length}</td>
              <td class="figure-cell">{lane.losses.length > 0 ? exact(lossOf(lane)) : "–"}</td>
              <td class="figure-cell">{accuracyOf(lane, common.percent)}</td>
              <td class="figure-cell">{lane.rate > 0 ? (1000 / lane.rate).toFixed(1) : "–"}</td>
              <td class="figure-cell">
                {lane.peakBytes > 0 ? `${(lane.peakBytes / 2 ** 20).toFixed(1)} MiB` : "–"}
              </td>
              <td>{wordOf(lane)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
