import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { BatchSeen } from "../../../experiments/running-stats.js";
import { change, state, useFields } from "../../model.js";
import { Chart } from "../../parts/chart.js";
import { Slider } from "../../parts/fields.js";
import { exact } from "../../parts/numbers.js";
import { Said } from "../../parts/said.js";
import { Section } from "../../parts/section.js";
import { useResult, withMachine } from "../../share/figures.js";
import { limits, type State } from "../../state.js";
import { useLab } from "../../text/texts.js";
import { useExperiment } from "../experiment.js";
import { RunButtons } from "../parts/run-buttons.js";
import { lastOf, shown } from "../parts/shown.js";
import { Steps } from "../parts/steps.js";
import { Tutorials } from "../parts/tutorials.js";
import { type Curves, curvesOf, scaleOf, unpacked } from "./curves.js";
import type { StatisticsData } from "./first.js";
import { INTERVAL, MOMENTA, STEPS, statisticsControls, statisticsSettings } from "./settings.js";

const SIZES = [2, 4, 8, 16, 32, 64, 128];

export function Statistics({ first }: { first: StatisticsData }) {
  const { statistics: texts, common } = useLab();
  const drawn = useSignal(
    useMemo(() => ({ mean: unpacked(first.mean), variance: unpacked(first.variance) }), [first]),
  );
  const experiment = useExperiment<"runningStats">();
  useResult("statistics", () => withMachine(experiment.result));
  const { momentum, values, mean } = useFields("momentum", "values", "mean");

  const start = () => {
    const seen: BatchSeen[] = [];
    const controls = statisticsControls(state.value);
    experiment.start(
      {
        ...{ name: "runningStats", settings: statisticsSettings(state.value), controls },
        interval: INTERVAL,
      },
      {
        hear(events) {
          for (const { batch } of events) if (batch) seen.push(batch);
          drawn.value = { mean: curvesOf(seen, "mean"), variance: curvesOf(seen, "variance") };
        },
      },
    );
  };
  const turn = (patch: Partial<State>) => {
    change(patch);
    experiment.turn(statisticsControls(state.value));
  };

  const last = (curves: Curves, name: "running" | "all" | "truth") => shown(lastOf(curves[name]));
  const summary = (curves: Curves) =>
    texts.summary(last(curves, "running"), last(curves, "all"), last(curves, "truth"));
  const figure = (name: "mean" | "variance") => {
    const curves = drawn.value[name];
    return (
      <div>
        <Chart
          title={texts[name]}
          summary={summary(curves)}
          lines={[
            { name: "truth", label: texts.truth, points: curves.truth, look: 2 },
            { name: "all", label: texts.all, points: curves.all, look: 1 },
            {
              ...{ name: "running", label: texts.running, points: curves.running, look: 0 },
              raw: [curves.batch],
            },
          ]}
          x={[0, STEPS]}
          y={scaleOf(curves)}
          xLabel={texts.batches}
          height={260}
        />
        <p class="hint">{summary(curves)}</p>
      </div>
    );
  };
  const { rules } = first;
  const sizes = [rules[0].m, rules[rules.length - 1].m] as const;
  return (
    <Section name="statistics" heading={texts.heading} lead={texts.lead}>
      <div class="levers">
        <div class="main-lever">
          <Steps
            label={texts.momentum}
            values={MOMENTA}
            value={momentum}
            change={(momentum) => turn({ momentum })}
          />
        </div>
        <RunButtons experiment={experiment} start={start} />
      </div>
      <details class="more">
        <summary>{common.more}</summary>
        <div class="levers">
          <Steps
            label={texts.values}
            values={SIZES}
            value={values}
            change={(values) => turn({ values })}
          />
          <Slider
            label={texts.trueMean}
            value={mean}
            least={limits.mean[0]}
            most={limits.mean[1]}
            step={0.5}
            change={(mean) => turn({ mean })}
          />
        </div>
        <p class="hint">{texts.moreHint}</p>
      </details>
      <div class="charts two">
        {figure("mean")}
        {figure("variance")}
      </div>
      <Said text={experiment.isUnderWay ? "" : summary(drawn.value.mean)} />
      <div class="charts two">
        <div>
          <Chart
            title={texts.rules}
            summary={texts.rulesSummary(exact(rules[0].article), exact(rules[0].ours))}
            lines={[
              {
                ...{ name: "article", label: texts.article, look: 1 },
                points: rules.map(({ m, article }) => [m, article] as const),
              },
              {
                ...{ name: "ours", label: texts.ours, look: 0 },
                points: rules.map(({ m, ours }) => [m, ours] as const),
              },
            ]}
            x={sizes}
            y={[0, 1.2]}
            xLabel={texts.values}
            height={220}
          />
          <p class="hint">{texts.rulesHint(first.article.toFixed(4), first.ours.toFixed(4))}</p>
        </div>
        <Tutorials of="running-stats" />
      </div>
    </Section>
  );
}
