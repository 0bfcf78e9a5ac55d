import {
  type ActivationName,
  activationNames,
  type MLPNorm,
  mlpNorms,
} from "../../experiments/deep-mlp.js";
import type { GradientsResult, Measured, Trained } from "../../experiments/gradients.js";
import { smooth, thin } from "../../show/smooth.js";
import { short } from "../../show/words.js";
import type { Texts } from "../text/en/index.js";
import { LOG } from "./chart.js";
import { lineChart } from "./lines.js";
import { caption, chart, htmlTable, type Report } from "./page.js";
import { shapeTable } from "./scale-and-shift.js";
import { alignedTable } from "./table.js";

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const rows = ({ config, measured, trained }: GradientsResult, { common }: Texts): string[][] =>
  measured
    .filter(({ gain }) => gain === 1)
    .map(({ activation, norm, gradients }) => {
      const wide = find(measured, activation, norm, config.gain);
      const last = gradients[gradients.length - 1];
      const run = trained.find((t) => t.activation === activation && t.norm === norm && t.affine);
      return [
        activation,
        common.norms[norm],
        short(gradients[0]),
        short(last),
        short(last / gradients[0]),
        percent(mean(wide.saturated)),
        run ? percent(run.accuracy) : "",
      ];
    });

const find = (all: readonly Measured[], activation: ActivationName, norm: MLPNorm, gain: number) =>
  all.find((m) => m.activation === activation && m.norm === norm && m.gain === gain) as Measured;

export function gradientsText(result: GradientsResult, texts: Texts): string {
  const { head, explained } = texts.gradients;
  const { gain, steps } = result.config;
  const below = explained(gain, steps) + texts.common.space + bareSentence(result, texts);
  return `${alignedTable(head, rows(result, texts))}\n\n${below}`;
}

function bareSentence({ trained }: GradientsResult, { gradients }: Texts): string {
  const withAffine = (affine: boolean) =>
    trained.find((t) => t.norm === "bn" && t.activation === "sigmoid" && t.affine === affine);
  const [full, bare] = [withAffine(true), withAffine(false)];
  return full && bare ? gradients.bare(percent(full.accuracy), percent(bare.accuracy)) : "";
}

export function gradientsReport(result: GradientsResult, texts: Texts): Report {
  const { config, measured } = result;
  const { gradients: words, common } = texts;
  const { perLayer, saturation, training, restored, shapes } = words;
  const first = (norm: MLPNorm) => {
    const { gradients } = find(measured, "sigmoid", norm, 1);
    return short(gradients[gradients.length - 1] / gradients[0]);
  };
  const each = (names: readonly ActivationName[], draw: (name: ActivationName) => string) =>
    names.map((name) => `<h3>${name}</h3>${draw(name)}`).join("\n");
  const summary = words.summary(config.depth, first("none"), first("bn"), first("ln"));
  const { lr, steps, batch, gain } = config;
  return {
    title: words.title,
    summary: summary + common.space + bareSentence(result, texts),
    lead: words.lead(config.depth, config.width, config.seed),
    sections: [
      {
        title: perLayer.title,
        html: `${each(activationNames, (name) => gradientChart(measured, name, texts))}
${caption(perLayer.caption(batch))}`,
      },
      {
        title: saturation.title,
        html: `${each(["sigmoid", "tanh"], (name) => histogram(result, name, texts))}
${caption(saturation.caption(Math.ceil(config.depth / 2), gain))}`,
      },
      {
        title: common.page.numbers,
        html: `${htmlTable(words.head, rows(result, texts), texts)}\n${caption(words.numbers)}`,
      },
      {
        title: training.title,
        html: `${each(["sigmoid", "relu"], (name) => trainingChart(result.trained, name, texts))}
${caption(training.caption(lr, steps, batch))}`,
      },
      { title: restored.title, html: scaleAndShift(result, texts) },
      {
        title: shapes.title,
        html: `${shapeTable(result.shapes, texts)}\n${caption(shapes.caption)}`,
      },
    ],
  };
}

function gradientChart(
  measured: readonly Measured[],
  activation: ActivationName,
  { common, gradients }: Texts,
): string {
  const lines = mlpNorms.map((norm) => ({
    name: common.norms[norm],
    symbols: true,
    points: find(measured, activation, norm, 1).gradients.map((g, i) => [i + 1, g] as const),
  }));
  const { chart: label, x, y } = gradients.perLayer;
  const axes = { x, y, yAxis: LOG, xAxis: { whole: true } };
  return chart(label(activation), lineChart(lines, axes));
}

function histogram(
  { measured, config }: GradientsResult,
  activation: ActivationName,
  { common, gradients }: Texts,
): string {
  const lines = mlpNorms.map((norm) => {
    const { low, high, shares } = find(measured, activation, norm, config.gain).histogram;
    const width = (high - low) / shares.length;
    return {
      name: common.norms[norm],
      points: shares.map((share, i) => [low + (i + 0.5) * width, 100 * share] as const),
    };
  });
  const { low, high } = find(measured, activation, "none", config.gain).histogram;
  const { chart: label, x, y } = gradients.saturation;
  const axes = { x: x(activation), y, xAxis: { min: low, max: high } };
  return chart(label(activation), lineChart(lines, axes));
}

function trainingChart(
  trained: readonly Trained[],
  activation: ActivationName,
  { common, gradients }: Texts,
): string {
  const { chart: label, x, y, bare } = gradients.training;
  const lines = trained
    .filter((run) => run.activation === activation && (run.affine || run.norm !== "ln"))
    .map(({ norm, affine, losses }) => ({
      name: affine ? common.norms[norm] : bare(common.norms[norm]),
      points: thin(smooth(losses, losses.length / 25), 300),
      colour: affine ? undefined : "#999999",
    }));
  return chart(label(activation), lineChart(lines, { x, y, yAxis: { min: 0 } }));
}

function scaleAndShift(result: GradientsResult, texts: Texts): string {
  const { byScale, restored } = result.linearity;
  const words = texts.gradients.restored;
  const one = byScale.find(({ scale }) => scale === 1);
  const line = {
    name: words.line,
    symbols: true,
    points: byScale.map(({ scale, rSquared }) => [scale, rSquared] as const),
  };
  const axes = { x: words.x, y: "R²", xAxis: { min: 0 }, yAxis: { max: 1, min: 0.7 } };
  const told = words.caption(
    percent(one?.rSquared ?? Number.NaN),
    restored.deviation.toFixed(3),
    restored.mean.toFixed(3),
    restored.largestError.toExponential(1),
  );
  return `${chart(words.chart, lineChart([line], axes))}
${caption(told + texts.common.space + bareSentence(result, texts))}`;
}
