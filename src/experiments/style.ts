import { noGrad } from "../autograd.js";
import { Rng } from "../data/rng.js";
import type { HostAbortSignal } from "../host-types.js";
import { StyleTransferNet } from "../models/style-transfer-net.js";
import { add } from "../ops/elementwise/add.js";
import { mul } from "../ops/elementwise/mul.js";
import { Adam } from "../optim/adam.js";
import type { Rules } from "../options.js";
import { manualSeed } from "../random.js";
import { defaultRuntime } from "../runtime/default-runtime.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, tidy, zeros } from "../tensor.js";
import { contentLoss, FeaturePyramid, gram, styleLoss } from "./feature-pyramid.js";
import { matchMoments } from "./match-moments.js";
import { pace } from "./pace.js";
import { type Picture, toPicture, toTensor } from "./pictures.js";
import { settingsOf } from "./settings.js";
import type { ExperimentOptions, Stage } from "./stage.js";

/** The norms of the style net that are compared. */
export const styleNorms = ["in", "bn", "none"] as const;
/** The name of one of `styleNorms`. */
export type StyleNorm = (typeof styleNorms)[number];

/** Settings of `style`; `styleDefaults` has the defaults. */
export interface StyleConfig {
  norms: readonly StyleNorm[];
  /** The channels of the net's three stages. The article has [32, 64, 128]. */
  widths: readonly [number, number, number];
  /** The number of blocks between the two halves of the net. */
  residualBlocks: number;
  steps: number;
  /** The number of square pieces of the content picture in a step, and their side in pixels. */
  batchSize: number;
  crop: number;
  /** Adam's step size. */
  lr: number;
  /** The weight of the style loss beside the content loss. */
  styleWeight: number;
  seed: number;
  /** The number of trainings per norm; seeds count up. */
  seeds: number;
  /** The steps between two looks at the whole content picture, repainted. 0: none. */
  pictureEvery: number;
  /** Whether the article's net in full width is measured at the end. */
  fullSize: boolean;
}

/** What may be changed while `style` runs. */
export interface StyleControls {
  /** Replaces the configuration's `styleWeight`, and is read before every step. */
  styleWeight?: number;
}

/** Options of `style` beside its settings. */
export interface StyleOptions extends ExperimentOptions {
  /** Controls that may change at any time. */
  controls?: StyleControls;
}

/** What `style` reports while it runs. */
export interface StyleEvent extends Stage {
  /** Whose picture it is: of a net in training, or of adaptive instance norm. */
  painter?: StyleNorm | "adain";
  losses?: Losses;
  picture?: Picture;
}

/** The settings of `style` where none are given. */
export const styleDefaults: StyleConfig = {
  norms: styleNorms,
  widths: [16, 32, 64],
  residualBlocks: 2,
  steps: 200,
  batchSize: 4,
  crop: 48,
  lr: 1e-3,
  styleWeight: 2,
  seed: 0,
  seeds: 1,
  pictureEvery: 0,
  fullSize: true,
};

const optionRules: Rules<StyleOptions> = {
  runtime: "Runtime",
  signal: "Object",
  controls: "Object",
};

/** Both losses have no unit: they are squared errors relative to the values they are compared with. */
export interface Losses {
  style: number;
  content: number;
}

/** The training of one norm from one seed. */
export interface StyleRun {
  norm: StyleNorm;
  seed: number;
  /** The losses of each training step. */
  losses: Losses[];
  /** The losses of the whole content picture, with the net in evaluation mode. */
  final: Losses;
  secondsPerStep: number;
  /** The content picture, repainted. */
  picture: Picture;
}

/** What `style` returns. */
export interface StyleResult {
  config: StyleConfig;
  content: Picture;
  style: Picture;
  /** The losses of the content picture itself. */
  untouched: Losses;
  /** The trainings, seed by seed. */
  runs: StyleRun[];
  /** Adaptive instance normalisation in one step, without training. */
  oneShot: Losses & { milliseconds: number; picture: Picture };
  /**
   * The article's net on a picture of 256 × 256 pixels, and the median time of its forward pass; null where it was not
   * wanted.
   */
  full: { parameters: number; shape: readonly number[]; milliseconds: number } | null;
}

interface Scene {
  content: Tensor;
  pyramid: FeaturePyramid;
  /** The Gram matrices of the style, one for each level. */
  grams: Tensor[];
}

/**
 * Trains a small StyleTransferNet per norm and seed to repaint pieces of `content` in the manner of `style`. The judge
 * is a fixed pyramid of random filters. Then each net repaints the whole picture. At the end come AdaIN in one step,
 * and the article's net in full width.
 * @throws RangeError for a crop that is no multiple of 4 or larger than the content picture
 */
export async function* style(
  content: Picture,
  stylePicture: Picture,
  settings: Partial<StyleConfig> = {},
  options: StyleOptions = {},
): AsyncGenerator<StyleEvent, StyleResult> {
  const config = settingsOf("style", styleDefaults, settings, options, optionRules);
  const { runtime = defaultRuntime(), signal } = options;
  const side = Math.min(content.width, content.height);
  if (config.crop % 4 !== 0 || config.crop > side)
    throw new RangeError(
      `style: expected crop to be a multiple of 4 up to ${side}, got ${config.crop}`,
    );
  const pyramid = new FeaturePyramid(runtime, 0);
  using contentTensor = toTensor(content, runtime);
  using styleTensor = toTensor(stylePicture, runtime);
  const grams = tidy(() => noGrad(() => pyramid.features(styleTensor).map(gram)));
  const scene = { content: contentTensor, pyramid, grams };
  try {
    const oneShot = paintAtOnce(scene, styleTensor);
    const { picture } = oneShot;
    const told = { painter: "adain", picture } as const;
    yield { stage: "AdaIN", step: 0, steps: 0, text: describe(oneShot), done: true, ...told };
    const runs: StyleRun[] = [];
    for (let seed = config.seed; seed < config.seed + config.seeds; seed++)
      for (const norm of config.norms)
        runs.push(yield* trainOne(scene, norm, seed, config, options));
    const untouched = judge(contentTensor, scene);
    const full = config.fullSize ? await timeFull(runtime, signal) : null;
    return { config, content, style: stylePicture, untouched, runs, oneShot, full };
  } finally {
    pyramid.dispose();
    for (const level of grams) level.dispose();
  }
}

/** Adaptive instance norm between random filters and back. */
function paintAtOnce(scene: Scene, manner: Tensor): StyleResult["oneShot"] {
  const begin = performance.now();
  using matched = noGrad(() => matchMoments(scene.content, manner));
  const milliseconds = performance.now() - begin;
  return { ...judge(matched, scene), milliseconds, picture: toPicture(matched) };
}

async function* trainOne(
  scene: Scene,
  norm: StyleNorm,
  seed: number,
  config: StyleConfig,
  { runtime = defaultRuntime(), signal, controls = {} }: StyleOptions,
): AsyncGenerator<StyleEvent, StyleRun> {
  const { steps, lr, widths, residualBlocks, pictureEvery } = config;
  const stage = `${norm} seed ${seed}`;
  manualSeed(seed);
  const net = new StyleTransferNet({ widths, residualBlocks, norm, runtime });
  const optimizer = new Adam(net.parameters(), { lr });
  const rng = new Rng(seed);
  const losses: Losses[] = [];
  let seconds = 0;
  try {
    net.train();
    for (let step = 1; step <= steps; step++) {
      await pace(signal);
      const begin = performance.now();
      const styleWeight = controls.styleWeight ?? config.styleWeight;
      losses.push(tidy(() => trainStep(net, optimizer, scene, { ...config, styleWeight }, rng)));
      seconds += (performance.now() - begin) / 1000;
      const last = losses[step - 1];
      const isSeen = pictureEvery > 0 && step % pictureEvery === 0 && step < steps;
      const seen = isSeen && { picture: paint(net, scene).picture };
      yield { stage, step, steps, text: describe(last), painter: norm, losses: last, ...seen };
    }
    const { losses: final, picture } = paint(net, scene);
    const text = describe(final);
    yield { stage, step: 0, steps: 0, text, done: true, painter: norm, losses: final, picture };
    const secondsPerStep = seconds / steps;
    return { norm, seed, losses, final, secondsPerStep, picture };
  } finally {
    optimizer.dispose();
    net.dispose();
  }
}

/** The whole content picture as a net repaints it in evaluation mode, and its losses. */
function paint(net: StyleTransferNet, scene: Scene): { losses: Losses; picture: Picture } {
  net.eval();
  using painted = tidy(() => noGrad(() => net.forward(scene.content)));
  net.train();
  return { losses: judge(painted, scene), picture: toPicture(painted) };
}

function trainStep(
  net: StyleTransferNet,
  optimizer: Adam,
  { content, pyramid, grams }: Scene,
  { batchSize, crop, styleWeight }: StyleConfig,
  rng: Rng,
): Losses {
  optimizer.zeroGrad();
  const pieces = cut(content, batchSize, crop, rng);
  const wanted = noGrad(() => pyramid.features(pieces)[1]);
  const features = pyramid.features(net.forward(pieces));
  const style = styleLoss(features, grams);
  const kept = contentLoss(features[1], wanted);
  add(mul(style, styleWeight), kept).backward();
  optimizer.step();
  return { style: style.item(), content: kept.item() };
}

/** Cuts `count` square pieces from picture x [1, 3, H, W]. Each piece may be mirrored. */
function cut(x: Tensor, count: number, side: number, rng: Rng): Tensor {
  const [, , height, width] = x.shape;
  const pieces = zeros([count, 3, side, side], { runtime: x.runtime });
  const [from, to] = [x.data, pieces.data];
  for (let n = 0; n < count; n++) {
    const [top, left] = [rng.below(height - side + 1), rng.below(width - side + 1)];
    const mirrored = rng.below(2) === 1;
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < side; i++) {
        const row = from.subarray((c * height + top + i) * width + left).subarray(0, side);
        to.set(mirrored ? row.slice().reverse() : row, ((n * 3 + c) * side + i) * side);
      }
  }
  return pieces;
}

function judge(picture: Tensor, { content, pyramid, grams }: Scene): Losses {
  return tidy(() =>
    noGrad(() => {
      const features = pyramid.features(picture);
      const kept = contentLoss(features[1], pyramid.features(content)[1]);
      return { style: styleLoss(features, grams).item(), content: kept.item() };
    }),
  );
}

const describe = ({ style, content }: Losses): string =>
  `style ${style.toFixed(3)}, content ${content.toFixed(3)}`;

async function timeFull(runtime: Runtime, signal?: HostAbortSignal): Promise<StyleResult["full"]> {
  const net = new StyleTransferNet({ runtime });
  using x = zeros([1, 3, 256, 256], { runtime });
  net.eval();
  const times: number[] = [];
  let shape: readonly number[] = [];
  for (let run = 0; run < 4; run++) {
    await pace(signal);
    const begin = performance.now();
    using y = tidy(() => noGrad(() => net.forward(x)));
    times.push(performance.now() - begin);
    shape = y.shape;
  }
  const parameters = net.parameters().reduce((sum, { size }) => sum + size, 0);
  net.dispose();
  return { parameters, shape, milliseconds: times.slice(1).sort((a, b) => a - b)[1] };
}
