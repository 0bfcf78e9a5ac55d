import { useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { MLPNorm } from "../../../experiments/gradients.js";
import { call } from "../../engine/engine.js";
import { change, state, useFields } from "../../model.js";
import { Chart } from "../../parts/chart.js";
import { Choice, Slider } from "../../parts/fields.js";
import { useLatest } from "../../parts/latest.js";
import { exact, percent } from "../../parts/numbers.js";
import { Said } from "../../parts/said.js";
import { Section } from "../../parts/section.js";
import { useResult, withMachine } from "../../share/figures.js";
import { activations, defaults, limits, type State } from "../../state.js";
import { useLab } from "../../text/texts.js";
import { useExperiment } from "../experiment.js";
import { pointsOf, unpack } from "../parts/packed.js";
import { RunButtons } from "../parts/run-buttons.js";
import { lastOf, shown } from "../parts/shown.js";
import { Steps } from "../parts/steps.js";
import { Tutorials } from "../parts/tutorials.js";
import type { DepthData } from "./first.js";
import { depthSettings, type Net, STEPS, smoothed } from "./nets.js";

type Asked = Pick<State, "depth" | "activation">;
const question = ({ depth, activation }: Asked) => JSON.stringify({ depth, activation });

/** Learning rates, so that the slider goes in even steps of what they do. */
const RATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

export function Depth({ first }: { first: DepthData }) {
  const { depth: texts, lab, common } = useLab();
  const nets = useSignal<readonly Net[]>(
    useMemo(() => first.map((net) => ({ ...net, curve: unpack(net.losses, STEPS) })), [first]),
  );
  const experiment = useExperiment<"gradients">();
  useResult("depth", () => withMachine(experiment.result));
  const { depth, activation, depthRate } = useFields("depth", "activation", "depthRate");

  // the fresh nets are measured whenever the lever moves
  const asked = useComputed(() => question(state.value));
  useLatest(
    asked,
    (args) => call("depth", JSON.parse(args) as Asked),
    {
      take(measured) {
        nets.value = nets.value.map((net, i) => ({ ...net, gradients: measured[i].gradients }));
      },
      refuse() {}, // the page says by itself that the engine is broken
    },
    question(defaults),
  );

  const start = () => {
    const losses: number[][] = nets.value.map(() => []);
    const draw = () => {
      nets.value = nets.value.map((net, i) => ({
        ...net,
        curve: pointsOf(smoothed(losses[i])),
        accuracy: Number.NaN,
      }));
    };
    draw();
    experiment.start(
      { name: "gradients", settings: depthSettings(state.value), controls: {} },
      {
        hear(events) {
          for (const { step, losses: now } of events)
            now?.forEach((loss, i) => {
              if (step === 1) losses[i] = []; // another depth: all begins anew
              losses[i].push(loss);
            });
          draw();
        },
        end({ trained }) {
          nets.value = nets.value.map((net, i) => ({ ...net, accuracy: trained[i].accuracy }));
        },
      },
    );
  };
  const turn = (patch: Partial<State>) => {
    change(patch);
    const { depth, depthRate } = state.value;
    experiment.turn({ depth, lr: depthRate });
  };

  const nameOf = (norm: MLPNorm) => texts.norms[norm];
  const ends = nets.value.map((net) =>
    Number.isNaN(net.accuracy)
      ? texts.lossOf(nameOf(net.norm), shown(lastOf(net.curve)))
      : texts.accuracyOf(nameOf(net.norm), percent(net.accuracy, common.percent)),
  );
  const told = texts.trained(ends.join(lab.comma));
  const shares = nets.value.map(({ norm, gradients }) =>
    texts.share(nameOf(norm), exact(gradients[0] / gradients[gradients.length - 1])),
  );
  const measured = texts.measured(shares.join(lab.comma));
  const powers = nets.value
    .flatMap(({ gradients }) => gradients.map(Math.log10))
    .filter(Number.isFinite);
  return (
    <Section name="depth" heading={texts.heading} lead={texts.lead}>
      <div class="levers">
        <div class="main-lever">
          <Slider
            label={texts.depth}
            value={depth}
            least={limits.depth[0]}
            most={limits.depth[1]}
            change={(value) => turn({ depth: value })}
          />
        </div>
        <RunButtons experiment={experiment} start={start} />
      </div>
      <details class="more">
        <summary>{common.more}</summary>
        <div class="levers">
          <Choice
            label={texts.activation}
            value={activation}
            options={activations.map((name) => [name, texts.activations[name]] as const)}
            change={(value) => {
              change({ activation: value });
              if (experiment.isUnderWay) start();
            }}
          />
          <Steps
            label={lab.rate}
            values={RATES}
            value={depthRate}
            change={(rate) => turn({ depthRate: rate })}
          />
        </div>
      </details>
      <div class="charts two">
        <div>
          <Chart
            title={texts.gradients}
            summary={measured}
            lines={nets.value.map(({ norm, gradients }, look) => ({
              ...{ name: norm, label: nameOf(norm), look },
              points: gradients.map((g, i) => [i + 1, Math.log10(g)] as const),
            }))}
            x={[1, Math.max(2, depth)]}
            y={[Math.floor(Math.min(...powers)), Math.ceil(Math.max(...powers))]}
            xLabel={texts.layer}
            format={(y) => (Number.isInteger(y) ? `1e${y}`.replace("-", "−") : "")}
          />
          <p class="hint">{measured}</p>
        </div>
        <div>
          <Chart
            title={texts.training}
            summary={told}
            lines={nets.value.map(({ norm, curve }, look) => ({
              ...{ name: norm, label: nameOf(norm), points: curve, look },
            }))}
            x={[0, STEPS]}
            y={[0, 0.8]}
            xLabel={lab.step}
          />
          <p class="hint">{told}</p>
        </div>
      </div>
      <Said text={experiment.isUnderWay ? "" : told} />
      <Tutorials of="gradients" />
    </Section>
  );
}
