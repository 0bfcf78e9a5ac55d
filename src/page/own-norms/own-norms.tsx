import { useSignal } from "@preact/signals";
import type { InspectedNorm, ValueRange } from "../../files/inspect-norms.js";
import { call } from "../engine/engine.js";
import { Choice, Complaint } from "../parts/fields.js";
import { FileDrop } from "../parts/file-drop.js";
import { plain } from "../parts/numbers.js";
import { Section } from "../parts/section.js";
import { useTools } from "../text/texts.js";
import type { OwnNorms as Found } from "./inspect.js";
import { normsRefusal } from "./refused.js";

/** How many layers are shown at once. */
const SOME = 60;
const ROLES = ["gamma", "beta", "mean", "variance"] as const;
/** Marks that are told apart without colours. */
const MARKS = { error: "✗", warning: "!", note: "·" } as const;

const isConspicuous = ({ verdicts }: InspectedNorm) =>
  verdicts.some(({ level }) => level !== "note");

/** The norms of the visitor's own network. */
export function OwnNorms({ first }: { first: Found }) {
  const texts = useTools();
  const { norms, normTexts } = texts;
  const found = useSignal(first);
  const reading = useSignal("");
  const complaint = useSignal<{ error: unknown; files: string } | null>(null);
  const only = useSignal<"all" | "conspicuous">("all");
  const most = useSignal(SOME);
  const choices = useSignal(0);
  const take = async (files: File[]) => {
    const choice = ++choices.value; // of several, only the last one counts
    const names = files.map(({ name }) => name);
    reading.value = names.join(", ");
    complaint.value = null;
    try {
      const result = await call("norms", { files });
      if (choice !== choices.value) return;
      found.value = result;
      only.value = "all";
      most.value = SOME;
    } catch (error) {
      if (choice === choices.value) complaint.value = { error, files: names.join("\n") };
    } finally {
      if (choice === choices.value) reading.value = "";
    }
  };
  const { layers, verdict, files, tensors, unread } = found.value;
  const passing = only.value === "all" ? layers : layers.filter(isConspicuous);
  const shown = passing.slice(0, most.value);
  const given = new Map(
    shown.flatMap(({ verdicts }) => verdicts.map(({ id, level }) => [id, level] as const)),
  );
  const name = files.length > 0 ? files.join(", ") : norms.example;
  return (
    <Section name="norms" heading={norms.heading} lead={norms.lead}>
      <FileDrop
        label={norms.file}
        choose={norms.choose}
        hint={norms.hint}
        accept=".safetensors,.json"
        multiple
        take={take}
      >
        {complaint.value && (
          <Complaint text={normsRefusal(complaint.value.error, complaint.value.files, texts)} />
        )}
        {reading.value && <p role="status">{norms.reading(reading.value)}</p>}
      </FileDrop>
      <h3>{name}</h3>
      <p role="status">
        {norms.found(layers.length, tensors)}{" "}
        {/* of what was not read nobody can say that it is sound */}
        {(verdict !== "sound" || unread.length === 0) && (
          <strong>{normTexts.files[verdict]}</strong>
        )}
      </p>
      {unread.length > 0 && <p class="hint">{norms.unread(unread.length, unread[0])}</p>}
      {layers.length > 0 && (
        <>
          <Choice
            label={norms.which}
            value={only.value}
            options={[
              ["all", norms.all(layers.length)],
              ["conspicuous", norms.conspicuous(layers.filter(isConspicuous).length)],
            ]}
            change={(which) => (only.value = which)}
          />
          <div class="methods norms">
            <table aria-label={name}>
              <thead>
                <tr>
                  {norms.head.map((word) => (
                    <th key={word} scope="col">
                      {word}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {shown.map((layer) => (
                  <tr key={layer.key}>
                    <th scope="row">
                      <code>{layer.key || norms.whole}</code>
                      <span class="hint">
                        {norms.layer(normTexts.kinds[layer.kind], layer.channels)}
                      </span>
                    </th>
                    {ROLES.map((role, i) => (
                      <td key={role} data-of={norms.head[i + 1]}>
                        <Histogram range={layer.ranges[role]} />
                      </td>
                    ))}
                    <td data-of={norms.head[5]}>
                      {layer.verdicts.length === 0 && "–"}
                      <ul>
                        {layer.verdicts.map(({ id, level, channels }) => (
                          <li key={id} class={level}>
                            {MARKS[level]} {normTexts.verdicts[id][0]}
                            {channels < layer.channels && norms.of(channels)}
                          </li>
                        ))}
                      </ul>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {passing.length > shown.length && (
            <button type="button" onClick={() => (most.value = passing.length)}>
              {norms.rest(passing.length - shown.length)}
            </button>
          )}
          <dl class="meanings">
            {[...given].map(([id, level]) => (
              <div key={id}>
                <dt class={level}>
                  {MARKS[level]} {normTexts.verdicts[id][0]}
                  <span class="unseen"> ({norms.levels[level]})</span>
                </dt>
                <dd>{normTexts.verdicts[id][1]}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <p class="hint">
        {norms.command} <code>npx evenkeel inspect {files[0] ?? "model.safetensors"}</code>
      </p>
    </Section>
  );
}

const HEIGHT = 10;

/** Small bars, with the range below. */
function Histogram({ range }: { range?: ValueRange }) {
  if (!range) return <>–</>;
  const { min, max, histogram } = range;
  if (min > max) return <>–</>; // nothing is finite
  const most = Math.max(...histogram);
  const bars = histogram.map((count, i) => {
    const height = count > 0 ? Math.max(1, Math.round((HEIGHT * count) / most)) : 0;
    return `M${i} ${HEIGHT}v${-height}h.8v${height}`;
  });
  return (
    <>
      {min < max && (
        <svg
          viewBox={`0 0 ${histogram.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path d={bars.join("")} />
        </svg>
      )}
      <span>{min === max ? plain(min) : `${plain(min)} … ${plain(max)}`}</span>
    </>
  );
}
