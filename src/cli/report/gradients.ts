import {
  type ActivationName,
  activationNames,
  type MLPNorm,
  mlpNorms,
} from "../../experiments/deep-mlp.js";
import type { GradientsResult, Measured, Trained } from "../../experiments/gradients.js";
import { smooth, thin } from "../../show/smooth.js";
import { short } from "../../show/words.js";
import { LOG, lineChart } from "./lines.js";
import { chart, htmlTable, type Report } from "./page.js";
import { shapeTable } from "./scale-and-shift.js";
import { alignedTable } from "./table.js";

const NAMES: Record<MLPNorm, string> = { none: "no norm", bn: "batch norm", ln: "layer norm" };

const HEAD = [
  "activation",
  "norm",
  "first layer",
  "last layer",
  "last ÷ first",
  "flat",
  "accuracy",
];

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const rows = ({ config, measured, trained }: GradientsResult): string[][] =>
  measured
    .filter(({ gain }) => gain === 1)
    .map(({ activation, norm, gradients }) => {
      const wide = find(measured, activation, norm, config.gain);
      const last = gradients[gradients.length - 1];
      const run = trained.find((t) => t.activation === activation && t.norm === norm && t.affine);
      return [
        activation,
        NAMES[norm],
        short(gradients[0]),
        short(last),
        short(last / gradients[0]),
        percent(mean(wide.saturated)),
        run ? percent(run.accuracy) : "",
      ];
    });

const find = (all: readonly Measured[], activation: ActivationName, norm: MLPNorm, gain: number) =>
  all.find((m) => m.activation === activation && m.norm === norm && m.gain === gain) as Measured;

export const gradientsText = (result: GradientsResult): string =>
  `${alignedTable(HEAD, rows(result))}

First and last layer: the gradient's norm in the fresh net. Flat: activations whose slope is below a twentieth of the largest, with
weights ${result.config.gain} times as large. Accuracy: after ${result.config.steps} steps, chance is 50 %. ${bareSentence(result)}`;

function bareSentence({ trained }: GradientsResult): string {
  const withAffine = (affine: boolean) =>
    trained.find((t) => t.norm === "bn" && t.activation === "sigmoid" && t.affine === affine);
  const [full, bare] = [withAffine(true), withAffine(false)];
  return full && bare
    ? `The sigmoid net with batch norm gets ${percent(full.accuracy)} right with scale and shift, ${percent(bare.accuracy)} without.`
    : "";
}

export function gradientsReport(result: GradientsResult): Report {
  const { config, measured, trained } = result;
  const first = (norm: MLPNorm) => {
    const { gradients } = find(measured, "sigmoid", norm, 1);
    return short(gradients[gradients.length - 1] / gradients[0]);
  };
  return {
    title: "What a norm does to gradients",
    summary: [
      `In a sigmoid net of ${config.depth} layers the last layer's gradient is ${first("none")} times the first one's;`,
      `with batch norm ${first("bn")} times, with layer norm ${first("ln")} times.`,
      bareSentence(result),
    ].join(" "),
    lead: `A net of ${config.depth} layers of ${config.width}, PyTorch's initial weights from seed ${config.seed}, that tells points inside a circle from points
outside: with sigmoid, tanh and ReLU, without a norm and with batch or layer norm before each activation.`,
    sections: [
      {
        title: "Gradient norm per layer",
        html: `${activationNames.map((name) => gradientChart(measured, name)).join("\n")}
<p class="caption">‖∂loss/∂W‖ of each layer's weights in the fresh net, on ${config.batch} points. A layer passes the gradient on times its Jacobian:
its weights times the slope of its activation, for a sigmoid at most 1/4. Batch norm
keeps gradients level with all three, layer norm with tanh and ReLU only.</p>`,
      },
      {
        title: "Saturation",
        html: `${(["sigmoid", "tanh"] as const).map((name) => histogram(result, name)).join("\n")}
<p class="caption">Outputs of layer ${Math.ceil(config.depth / 2)} with initial weights ${config.gain} times as large. Without a norm they crowd at the ends,
where the slope is next to nothing; a norm takes the scale of weights and inputs away.</p>`,
      },
      {
        title: "In numbers",
        html: `${htmlTable(HEAD, rows(result))}
<p class="caption">First and last layer: gradient norms as above. Flat: share of activations, over all layers, whose slope is below a twentieth of
the largest, with the larger weights (half of a ReLU's are flat by design). Accuracy: after training, below; chance is 50 %.</p>`,
      },
      {
        title: "Training",
        html: `${(["sigmoid", "relu"] as const).map((name) => trainingChart(trained, name)).join("\n")}
<p class="caption">Smoothed. SGD with momentum 0.9 and step size ${config.lr}, ${config.steps} steps of ${config.batch} points; ln 2 = 0.693 is guessing, and some lines lie
on each other there. Bare: without scale and shift.</p>`,
      },
      { title: "What scale and shift restore", html: scaleAndShift(result) },
      {
        title: "Standardised is not normal",
        html: `${shapeTable(result.shapes)}
<p class="caption">Batch norm sets mean and variance; skewness and excess kurtosis, 0 for a normal distribution, stay what they were.</p>`,
      },
    ],
  };
}

function gradientChart(measured: readonly Measured[], activation: ActivationName): string {
  const lines = mlpNorms.map((norm) => ({
    name: NAMES[norm],
    symbols: true,
    points: find(measured, activation, norm, 1).gradients.map((g, i) => [i + 1, g] as const),
  }));
  return `<h3>${activation}</h3>${chart(
    `Gradient norm per layer, ${activation}`,
    lineChart(lines, { x: "layer", y: "gradient norm", yAxis: LOG, xAxis: { minInterval: 1 } }),
  )}`;
}

function histogram({ measured, config }: GradientsResult, activation: ActivationName): string {
  const lines = mlpNorms.map((norm) => {
    const { low, high, shares } = find(measured, activation, norm, config.gain).histogram;
    const width = (high - low) / shares.length;
    return {
      name: NAMES[norm],
      points: shares.map((share, i) => [low + (i + 0.5) * width, 100 * share] as const),
    };
  });
  const { low, high } = find(measured, activation, "none", config.gain).histogram;
  return `<h3>${activation}</h3>${chart(
    `Histogram of activations, ${activation}`,
    lineChart(lines, {
      x: `output of the ${activation}`,
      y: "share of outputs (%)",
      xAxis: { min: low, max: high },
    }),
  )}`;
}

function trainingChart(trained: readonly Trained[], activation: ActivationName): string {
  const runs = trained.filter((run) => run.activation === activation);
  const lines = runs.map(({ norm, affine, losses }) => ({
    name: `${NAMES[norm]}${affine ? "" : ", bare"}`,
    points: thin(smooth(losses, losses.length / 25), 300),
    colour: affine ? undefined : "#999999",
  }));
  return `<h3>${activation}</h3>${chart(
    `Training loss, ${activation}`,
    lineChart(
      lines.filter(({ name }) => name !== "layer norm, bare"),
      { x: "training step", y: "cross-entropy (nats)", yAxis: { min: 0 }, rows: 2 },
    ),
  )}`;
}

function scaleAndShift({ linearity: { byScale, restored }, ...result }: GradientsResult): string {
  const one = byScale.find(({ scale }) => scale === 1);
  const line = {
    name: "R² of a straight line",
    symbols: true,
    points: byScale.map(({ scale, rSquared }) => [scale, rSquared] as const),
  };
  return `${chart(
    "How linear a sigmoid is behind a norm, by the norm's scale",
    lineChart([line], {
      x: "scale γ of the norm",
      y: "R²",
      xAxis: { min: 0 },
      yAxis: { max: 1, min: 0.7 },
    }),
  )}
<p class="caption">Standardised inputs meet the middle of the sigmoid: a straight line explains ${percent(one?.rSquared ?? Number.NaN)} of what it does to
them. Scale and shift let the net have the bend back. At the far end they undo the norm: with γ = √(σ² + ε) = ${restored.deviation.toFixed(3)} and β = μ =
${restored.mean.toFixed(3)} the output is the input to within ${restored.largestError.toExponential(1)}. ${bareSentence({ linearity: { byScale, restored }, ...result })}</p>`;
}
