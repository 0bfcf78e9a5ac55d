import { useComputed, useSignal } from "@preact/signals";
import { methodDescriptions } from "../../experiments/methods/descriptions.js";
import type { Sight } from "../../experiments/see.js";
import { call } from "../engine/engine.js";
import { change, type PageData, slice, state, useFields } from "../model.js";
import { Cube } from "../parts/cube.js";
import { Choice, Complaint, Slider } from "../parts/fields.js";
import { Grid } from "../parts/grid.js";
import { useLatest } from "../parts/latest.js";
import { litSignal } from "../parts/lit.js";
import { MethodLevers } from "../parts/method-levers.js";
import { inCell } from "../parts/numbers.js";
import { Section } from "../parts/section.js";
import { refusalText } from "../refusals.js";
import { useResult, withMachine } from "../share/figures.js";
import { limits, type State } from "../state.js";
import { useTexts } from "../text/texts.js";
import { Arithmetic } from "./arithmetic.js";
import { MethodFacts } from "./method-facts.js";
import { OwnNumbers } from "./own-numbers.js";

const descriptions = methodDescriptions.flatMap(({ methods }) => methods);

/** The word for the number of a spec, for methods that have one. */
function numberOf(name: string): "group" | "part" | "window" | null {
  const [first] = descriptions.find((row) => row.name === name)?.sets ?? [];
  if (first?.channels === "group") return "group";
  if (first?.channels === "window") return "window";
  return first?.samples === "part" ? "part" : null;
}

/** What the worker is asked for. */
function request({ method, number, samples, channels, positions, training, own }: State) {
  const hasNumber = number > 0 && numberOf(method) !== null;
  return {
    norm: hasNumber ? `${method}:${number}` : method,
    shape: [samples, channels, 1, positions] as const,
    values: own.length > 0 ? own : null,
    training,
  };
}

export function See({ data }: { data: PageData }) {
  const { see, common } = useTexts();
  const sight = useSignal<Sight>(data.sight);
  const refused = useSignal<unknown>(null);
  const asked = useComputed(() => JSON.stringify(request(state.value)));
  useLatest<Sight>(asked, (args) => call("see", JSON.parse(args)), {
    take(result) {
      refused.value = null;
      sight.value = result;
    },
    refuse(error) {
      refused.value = error;
    },
  });
  useResult("see", () => {
    const { values, ...config } = request(state.value);
    return withMachine({ config: { ...config, ...(values && { values }) }, sight: sight.value });
  });
  const lit = useComputed(() => litSignal(sight, slice("at")).value);
  const { method, number, samples, channels, positions, training } = useFields(
    "method",
    "number",
    "samples",
    "channels",
    "positions",
    "training",
  );
  const shown = sight.value;
  const { shape, input, output } = shown;
  const point = (at: number) => change({ at });
  const say = (i: number) => {
    const plane = shape[2] * shape[3];
    const channel = Math.floor(i / plane) % shape[1];
    const sample = Math.floor(i / (plane * shape[1]));
    return see.element(sample, channel, i % plane, inCell(input[i]), inCell(output[i]));
  };
  const resize = (sizes: Partial<State>) => change({ ...sizes, own: [], at: 0 });
  const word = numberOf(method);
  return (
    <Section name="see" heading={see.heading} lead={see.lead}>
      <MethodLevers value={method} change={(name) => change({ method: name, number: 0 })} />
      {refused.value !== null && <Complaint text={refusalText(refused.value, common)} />}
      <div class={`figure of-${shown.of}`}>
        <Cube shape={shape} lit={lit} point={point} label={see.cube} axes={see.axes} />
        <div class="grids">
          {(
            [
              ["input", input],
              ["output", output],
            ] as const
          ).map(([which, values]) => (
            <Grid
              key={which}
              title={see[which]}
              row={see.rowOf[shown.of]}
              {...{ sight: shown, values, lit, point, say }}
            />
          ))}
        </div>
        <Arithmetic sight={shown} lit={lit} />
      </div>
      <details class="more">
        <summary>{common.more}</summary>
        <div class="levers">
          <Slider
            label={see.samples}
            value={samples}
            {...range("samples")}
            change={(n) => resize({ samples: n })}
          />
          <Slider
            label={see.channels}
            value={channels}
            {...range("channels")}
            change={(n) => resize({ channels: n })}
          />
          <Slider
            label={see.positions}
            value={positions}
            {...range("positions")}
            change={(n) => resize({ positions: n })}
          />
          {word && (
            <Slider
              label={see.number[word]}
              value={number}
              {...range("number")}
              shown={number === 0 ? `${shown.argument} (${see.usual})` : String(number)}
              change={(value) => change({ number: value })}
            />
          )}
          <Choice
            label={see.mode}
            value={training ? "training" : "evaluation"}
            options={(["training", "evaluation"] as const).map(
              (mode) => [mode, see[mode]] as const,
            )}
            change={(mode) => change({ training: mode === "training" })}
          />
        </div>
        <OwnNumbers />
      </details>
      <MethodFacts name={method} formulas={data.formulas} />
    </Section>
  );
}

const range = (name: keyof typeof limits) => ({ least: limits[name][0], most: limits[name][1] });
