// What the host knows of the kernels, from their sources in assembly/.
// Written by npm run build:kernels, never by hand.
import type { Address, PlanAddress, Scalar } from "./address.js";

/** The activation behind a norm. */
export const activation = { none: 0, relu: 1, gelu: 2, silu: 3 } as const;
export type Activation = (typeof activation)[keyof typeof activation];

/** What a norm over an axis divides by. */
export const statistic = { maximum: 0, norm1: 1, norm2: 2, norm3: 3, rms: 4, moments: 5 } as const;
export type Statistic = (typeof statistic)[keyof typeof statistic];

/** What a row is divided by. */
export const rowScale = { rms: 0, rmsEpsOutside: 1, centredRms: 2, norm: 3 } as const;
export type RowScale = (typeof rowScale)[keyof typeof rowScale];

/** How Winograd cuts up a tile along each axis. */
export const winogradKind = { plain: 0, strided: 1, subpixel: 2, subpixelOdd: 3 } as const;
export type WinogradKind = (typeof winogradKind)[keyof typeof winogradKind];

/** What `winogradJudge` says of a tile, or `wildChannels` of a channel. */
export const tileVerdict = { tame: 0, wild: 1, withZeros: 2 } as const;
export type TileVerdict = (typeof tileVerdict)[keyof typeof tileVerdict];

/** What `winogradWeights` says of filters. */
export const filterVerdict = { tame: 0, wild: 1, infinite: 2 } as const;
export type FilterVerdict = (typeof filterVerdict)[keyof typeof filterVerdict];

/** The words of a plan, in their order: see `Runtime.plan`. */
export interface Plans {
  /** The plan of a convolution, which the host makes (src/ops/conv/conv-plan.ts). */
  conv: [
    images: Scalar,
    groups: Scalar,
    rows: Scalar,
    channels: Scalar,
    imageHeight: Scalar,
    imageWidth: Scalar,
    height: Scalar,
    width: Scalar,
    stepY: Scalar,
    stepX: Scalar,
    originY: Scalar,
    originX: Scalar,
    spanY: Scalar,
    direct: Scalar,
    phasePitch: Scalar,
    rowPitch: Scalar,
    channelPitch: Scalar,
    imagePitch: Scalar,
    outPlane: Scalar,
    outFirst: Scalar,
    outY: Scalar,
    outX: Scalar,
    tileImages: Scalar,
    tileHeight: Scalar,
    tileRows: Scalar,
    tileChannels: Scalar,
    straight: Scalar,
    taps: Scalar,
  ];
  /** The plan of a convolution by Winograd. */
  winograd: [
    kind: WinogradKind,
    channels: Scalar,
    height: Scalar,
    width: Scalar,
    padY: Scalar,
    padX: Scalar,
    across: Scalar,
    down: Scalar,
    images: Scalar,
    rows: Scalar,
    outHeight: Scalar,
    outWidth: Scalar,
    tilesPerItem: Scalar,
    rowsPerItem: Scalar,
  ];
  /** The plan of `winogradSpread`, which takes tiles firstTile … endTile. */
  winogradSpread: [
    kind: WinogradKind,
    channels: Scalar,
    height: Scalar,
    width: Scalar,
    padY: Scalar,
    padX: Scalar,
    across: Scalar,
    down: Scalar,
    gradient: Scalar,
    lanes: Scalar,
    firstTile: Scalar,
    endTile: Scalar,
  ];
  /** The plan of the steps of channel-norm-parts.ts and column-norm.ts. */
  channel: [
    runs: Scalar,
    planeStep: Scalar,
    length: Scalar,
    channels: Scalar,
    cols: Scalar,
    width: Scalar,
    partSize: Scalar,
    parts: Scalar,
  ];
  /** The plan of a matrix product c [m, n] = A [m, k] · B [k, n]. */
  gemm: [
    m: Scalar,
    n: Scalar,
    k: Scalar,
    rowStride: Scalar,
    kStride: Scalar,
    cPitch: Scalar,
    kPart: Scalar,
    mTile: Scalar,
    nTile: Scalar,
  ];
}

/** The arguments of each kernel, without scratch and range. */
export interface Kernels {
  sumColumns: [sums: Address, x: Address, rows: Scalar, columns: Scalar];
  sumChannels: [sums: Address, x: Address, images: Scalar, channels: Scalar, plane: Scalar];
  convPack: [
    panels: Address,
    weight: Address,
    scale: Address,
    plan: PlanAddress<"conv">,
    groupPitch: Scalar,
    rowPitch: Scalar,
    channelPitch: Scalar,
  ];
  convolve: [
    out: Address,
    panels: Address,
    image: Address,
    bias: Address,
    least: Scalar,
    plan: PlanAddress<"conv">,
  ];
  sumFilterColumns: [
    out: Address,
    p: Address,
    bias: Address,
    least: Scalar,
    rows: Scalar,
    taps: Scalar,
    step: Scalar,
    height: Scalar,
    width: Scalar,
    pitch: Scalar,
  ];
  convWeightGradient: [
    dw: Address,
    dy: Address,
    image: Address,
    plan: PlanAddress<"conv">,
    parts: Scalar,
  ];
  adaptiveAvgPool2dForward: [
    y: Address,
    x: Address,
    h: Scalar,
    w: Scalar,
    outH: Scalar,
    outW: Scalar,
  ];
  adaptiveAvgPool2dBackward: [
    dx: Address,
    dy: Address,
    h: Scalar,
    w: Scalar,
    outH: Scalar,
    outW: Scalar,
  ];
  wildChannels: [wild: Address, planes: Address, images: Scalar, channels: Scalar, plane: Scalar];
  maxPool2dForward: [y: Address, at: Address, x: Address, plan: Address];
  maxPool2dBackward: [dx: Address, dy: Address, at: Address, plan: Address];
  avgPool2dForward: [y: Address, x: Address, plan: Address, divisor: Scalar];
  avgPool2dBackward: [dx: Address, dy: Address, plan: Address, divisor: Scalar];
  winograd: [
    out: Address,
    u: Address,
    image: Address,
    bias: Address,
    least: Scalar,
    plan: PlanAddress<"winograd">,
  ];
  winogradSpread: [to: Address, planes: Address, plan: PlanAddress<"winogradSpread">];
  winogradProducts: [
    sums: Address,
    d: Address,
    v: Address,
    kind: WinogradKind,
    rows: Scalar,
    channels: Scalar,
    tiles: Scalar,
    tileRows: Scalar,
    first: Scalar,
  ];
  winogradFilters: [dw: Address, sums: Address, kind: WinogradKind, rows: Scalar, channels: Scalar];
  winogradLevels: [levels: Address, planes: Address, plan: PlanAddress<"winograd">];
  winogradCopyTiles: [
    tiles: Address,
    planes: Address,
    list: Address,
    back: Scalar,
    channels: Scalar,
    height: Scalar,
    width: Scalar,
    side: Scalar,
    step: Scalar,
    padY: Scalar,
    padX: Scalar,
    across: Scalar,
    down: Scalar,
  ];
  winogradZeros: [
    out: Address,
    levels: Address,
    verdicts: Address,
    list: Address,
    bias: Address,
    least: Scalar,
    plan: PlanAddress<"winograd">,
  ];
  winogradWeights: [
    u: Address,
    weight: Address,
    scale: Address,
    rows: Scalar,
    channels: Scalar,
    rowPitch: Scalar,
    channelPitch: Scalar,
    rotated: Scalar,
    kind: WinogradKind,
    wild: Address,
  ];
  winogradJudge: [verdicts: Address, levels: Address, plan: PlanAddress<"winograd">];
  accumulate: [y: Address, x: Address];
  negForward: [y: Address, x: Address];
  reluForward: [y: Address, x: Address];
  reluBackward: [dx: Address, dy: Address, y: Address];
  expForward: [y: Address, x: Address];
  expBackward: [dx: Address, dy: Address, y: Address];
  logForward: [y: Address, x: Address];
  logBackward: [dx: Address, dy: Address, x: Address];
  sqrtForward: [y: Address, x: Address];
  sqrtBackward: [dx: Address, dy: Address, y: Address];
  sigmoidForward: [y: Address, x: Address];
  sigmoidBackward: [dx: Address, dy: Address, y: Address];
  tanhForward: [y: Address, x: Address];
  tanhBackward: [dx: Address, dy: Address, y: Address];
  dropout: [
    y: Address,
    x: Address,
    length: Scalar,
    low: Scalar,
    high: Scalar,
    threshold: Scalar,
    scale: Scalar,
  ];
  add: [y: Address, a: Address, b: Address, plan: Address];
  sub: [y: Address, a: Address, b: Address, plan: Address];
  mul: [y: Address, a: Address, b: Address, plan: Address];
  div: [y: Address, a: Address, b: Address, plan: Address];
  divGradient: [y: Address, a: Address, b: Address, plan: Address];
  geluForward: [y: Address, x: Address];
  geluBackward: [dx: Address, dy: Address, x: Address];
  geluTanhForward: [y: Address, x: Address];
  geluTanhBackward: [dx: Address, dy: Address, x: Address];
  siluForward: [y: Address, x: Address];
  siluBackward: [dx: Address, dy: Address, x: Address];
  copyBytes: [y: Address, x: Address];
  boxMuller: [data: Address];
  boxMullerDouble: [data: Address];
  axisNormForward: [
    y: Address,
    stats: Address,
    x: Address,
    weight: Address,
    bias: Address,
    n: Scalar,
    inner: Scalar,
    width: Scalar,
    kind: Statistic,
    eps: Scalar,
  ];
  axisNormBackward: [
    dx: Address,
    partials: Address,
    dy: Address,
    x: Address,
    stats: Address,
    weight: Address,
    n: Scalar,
    inner: Scalar,
    width: Scalar,
    units: Scalar,
    together: Scalar,
    kind: Statistic,
    eps: Scalar,
  ];
  channelNormForward: [
    y: Address,
    stats: Address,
    x: Address,
    weight: Address,
    bias: Address,
    runs: Scalar,
    planeStep: Scalar,
    length: Scalar,
    channels: Scalar,
    activation: Activation,
    eps: Scalar,
  ];
  channelNormBackward: [
    dx: Address,
    sums: Address,
    dy: Address,
    x: Address,
    stats: Address,
    weight: Address,
    bias: Address,
    runs: Scalar,
    planeStep: Scalar,
    length: Scalar,
    channels: Scalar,
    activation: Activation,
  ];
  channelParameterGradients: [
    dweight: Address,
    dbias: Address,
    sums: Address,
    batch: Scalar,
    channels: Scalar,
    parts: Scalar,
  ];
  channelMoments: [partials: Address, x: Address, plan: PlanAddress<"channel">, eps: Scalar];
  channelStatistics: [
    stats: Address,
    partials: Address,
    runs: Scalar,
    planeStep: Scalar,
    length: Scalar,
    partSize: Scalar,
    parts: Scalar,
    eps: Scalar,
  ];
  channelNormalize: [
    y: Address,
    stats: Address,
    x: Address,
    weight: Address,
    bias: Address,
    plan: PlanAddress<"channel">,
    activation: Activation,
  ];
  channelGradientSums: [
    sums: Address,
    dz: Address,
    dy: Address,
    x: Address,
    stats: Address,
    weight: Address,
    bias: Address,
    plan: PlanAddress<"channel">,
    activation: Activation,
  ];
  channelGradientMeans: [
    means: Address,
    sums: Address,
    weight: Address,
    runs: Scalar,
    planeStep: Scalar,
    length: Scalar,
    channels: Scalar,
    parts: Scalar,
  ];
  channelGradient: [
    dx: Address,
    dy: Address,
    x: Address,
    stats: Address,
    means: Address,
    weight: Address,
    plan: PlanAddress<"channel">,
  ];
  columnMoments: [partials: Address, x: Address, plan: PlanAddress<"channel">, eps: Scalar];
  columnNormalize: [
    y: Address,
    stats: Address,
    x: Address,
    weight: Address,
    bias: Address,
    plan: PlanAddress<"channel">,
    activation: Activation,
  ];
  columnGradientSums: [
    sums: Address,
    dz: Address,
    dy: Address,
    x: Address,
    stats: Address,
    weight: Address,
    bias: Address,
    plan: PlanAddress<"channel">,
    activation: Activation,
  ];
  columnGradient: [
    dx: Address,
    dy: Address,
    x: Address,
    stats: Address,
    means: Address,
    weight: Address,
    plan: PlanAddress<"channel">,
  ];
  evonormB0Forward: [
    y: Address,
    x: Address,
    v: Address,
    weight: Address,
    bias: Address,
    batchStd: Address,
    std: Address,
    length: Scalar,
    channels: Scalar,
  ];
  evonormB0Backward: [
    dx: Address,
    sums: Address,
    dy: Address,
    x: Address,
    v: Address,
    weight: Address,
    batchStd: Address,
    std: Address,
    length: Scalar,
    channels: Scalar,
  ];
  evonormS0Forward: [
    y: Address,
    stats: Address,
    x: Address,
    v: Address,
    weight: Address,
    bias: Address,
    runs: Scalar,
    length: Scalar,
    channels: Scalar,
    eps: Scalar,
  ];
  evonormS0Backward: [
    dx: Address,
    sums: Address,
    dy: Address,
    x: Address,
    stats: Address,
    v: Address,
    weight: Address,
    runs: Scalar,
    length: Scalar,
    channels: Scalar,
  ];
  frnForward: [
    y: Address,
    stats: Address,
    x: Address,
    weight: Address,
    bias: Address,
    tau: Address,
    eps: Address,
    length: Scalar,
    channels: Scalar,
  ];
  frnBackward: [
    dx: Address,
    sums: Address,
    dy: Address,
    x: Address,
    y: Address,
    stats: Address,
    weight: Address,
    tau: Address,
    length: Scalar,
    channels: Scalar,
  ];
  layerNormForward: [
    y: Address,
    sum: Address,
    stats: Address,
    x: Address,
    residual: Address,
    weight: Address,
    bias: Address,
    cols: Scalar,
    centre: Scalar,
    activation: Activation,
    eps: Scalar,
  ];
  layerNormBackward: [
    dx: Address,
    partials: Address,
    dy: Address,
    x: Address,
    stats: Address,
    weight: Address,
    bias: Address,
    rows: Scalar,
    cols: Scalar,
    blockRows: Scalar,
    centre: Scalar,
    activation: Activation,
  ];
  layerNormParameterGradients: [
    dweight: Address,
    dbias: Address,
    partials: Address,
    blocks: Scalar,
    cols: Scalar,
  ];
  layerNormMoments: [
    partials: Address,
    x: Address,
    cols: Scalar,
    partSize: Scalar,
    parts: Scalar,
    centre: Scalar,
    eps: Scalar,
  ];
  layerNormalize: [
    y: Address,
    stats: Address,
    x: Address,
    weight: Address,
    bias: Address,
    cols: Scalar,
    partSize: Scalar,
    parts: Scalar,
  ];
  layerNormSums: [
    sums: Address,
    dy: Address,
    x: Address,
    stats: Address,
    weight: Address,
    cols: Scalar,
    partSize: Scalar,
    parts: Scalar,
  ];
  layerNormColumns: [
    dx: Address,
    dweight: Address,
    dbias: Address,
    dy: Address,
    x: Address,
    stats: Address,
    sums: Address,
    weight: Address,
    rows: Scalar,
    cols: Scalar,
    partSize: Scalar,
    parts: Scalar,
    centre: Scalar,
  ];
  localResponseNormForward: [
    y: Address,
    x: Address,
    channels: Scalar,
    length: Scalar,
    before: Scalar,
    after: Scalar,
    a: Scalar,
    beta: Scalar,
    k: Scalar,
  ];
  localResponseNormBackward: [
    dx: Address,
    dy: Address,
    x: Address,
    channels: Scalar,
    length: Scalar,
    before: Scalar,
    after: Scalar,
    a: Scalar,
    beta: Scalar,
    k: Scalar,
  ];
  modulateForward: [y: Address, x: Address, scale: Address, shift: Address];
  modulateBackward: [dx: Address, dscale: Address, dy: Address, x: Address, scale: Address];
  runningToStats: [stats: Address, runningMean: Address, runningVar: Address, eps: Scalar];
  runningUpdate: [
    runningMean: Address,
    runningVar: Address,
    stats: Address,
    batch: Scalar,
    channels: Scalar,
    count: Scalar,
    correction: Scalar,
    momentum: Scalar,
  ];
  dytForward: [
    y: Address,
    x: Address,
    weight: Address,
    bias: Address,
    alpha: Scalar,
    shift: Scalar,
    cols: Scalar,
    channels: Scalar,
  ];
  dytBackward: [
    dx: Address,
    sums: Address,
    partials: Address,
    dy: Address,
    x: Address,
    weight: Address,
    alpha: Scalar,
    shift: Scalar,
    rows: Scalar,
    cols: Scalar,
    blockRows: Scalar,
    channels: Scalar,
  ];
  derfForward: [
    y: Address,
    x: Address,
    weight: Address,
    bias: Address,
    alpha: Scalar,
    shift: Scalar,
    cols: Scalar,
    channels: Scalar,
  ];
  derfBackward: [
    dx: Address,
    sums: Address,
    partials: Address,
    dy: Address,
    x: Address,
    weight: Address,
    alpha: Scalar,
    shift: Scalar,
    rows: Scalar,
    cols: Scalar,
    blockRows: Scalar,
    channels: Scalar,
  ];
  scaledRowsForward: [
    y: Address,
    stats: Address,
    back: Address,
    x: Address,
    weight: Address,
    bias: Address,
    cols: Scalar,
    counted: Scalar,
    kind: RowScale,
    eps: Scalar,
  ];
  scaledRowsBackward: [
    dx: Address,
    partials: Address,
    dy: Address,
    x: Address,
    stats: Address,
    back: Address,
    weight: Address,
    rows: Scalar,
    cols: Scalar,
    counted: Scalar,
    blockRows: Scalar,
  ];
  planeProducts: [
    sums: Address,
    a: Address,
    b: Address,
    outer: Scalar,
    planes: Scalar,
    inner: Scalar,
    shared: Scalar,
  ];
  columnProducts: [sums: Address, a: Address, u: Address, planes: Scalar, inner: Scalar];
  planeCombine: [
    y: Address,
    a: Address,
    b: Address,
    p: Address,
    q: Address,
    r: Address,
    outer: Scalar,
    planes: Scalar,
    inner: Scalar,
    shared: Scalar,
  ];
  adamStep: [
    param: Address,
    mean: Address,
    square: Address,
    largest: Address,
    grad: Address,
    keepRate: Scalar,
    weightDecay: Scalar,
    beta1: Scalar,
    beta2: Scalar,
    stepSize: Scalar,
    correction: Scalar,
    eps: Scalar,
    hidden: Scalar,
  ];
  rmspropStep: [
    param: Address,
    square: Address,
    mean: Address,
    velocity: Address,
    grad: Address,
    lr: Scalar,
    alpha: Scalar,
    eps: Scalar,
    weightDecay: Scalar,
    momentum: Scalar,
  ];
  sgdStep: [
    param: Address,
    velocity: Address,
    grad: Address,
    lr: Scalar,
    momentum: Scalar,
    dampening: Scalar,
    weightDecay: Scalar,
    nesterov: Scalar,
    first: Scalar,
  ];
  dropSubnormals: [x: Address];
  attentionWeights: [
    p: Address,
    mask: Address,
    offsets: Address,
    rows: Scalar,
    first: Scalar,
    n: Scalar,
    maskPitch: Scalar,
    causal: Scalar,
    scale: Scalar,
  ];
  attentionWeightsBackward: [
    ds: Address,
    p: Address,
    mask: Address,
    offsets: Address,
    rows: Scalar,
    first: Scalar,
    n: Scalar,
    maskPitch: Scalar,
    causal: Scalar,
    scale: Scalar,
  ];
  gemmPack: [
    panels: Address,
    b: Address,
    offsets: Address,
    n: Scalar,
    k: Scalar,
    columnStride: Scalar,
    kStride: Scalar,
  ];
  gemm: [
    c: Address,
    a: Address,
    panels: Address,
    bias: Address,
    least: Scalar,
    offsets: Address,
    cOffsets: Address,
    plan: PlanAddress<"gemm">,
  ];
  gemmMerge: [out: Address, partials: Address, least: Scalar, parts: Scalar, size: Scalar];
  gemmPeak: [c: Address, a: Address, b: Address, k: Scalar];
  crossEntropyForward: [
    losses: Address,
    stats: Address,
    x: Address,
    targets: Address,
    classes: Scalar,
    smoothing: Scalar,
  ];
  crossEntropyBackward: [
    dx: Address,
    dloss: Address,
    stats: Address,
    x: Address,
    targets: Address,
    classes: Scalar,
    divisor: Scalar,
    perRow: Scalar,
    smoothing: Scalar,
  ];
  squaredErrorSums: [partials: Address, a: Address, b: Address, size: Scalar, pieceLength: Scalar];
  squaredErrorBackward: [da: Address, dloss: Address, a: Address, b: Address, factor: Scalar];
  reduceRows: [partials: Address, x: Address, reduced: Scalar, pieces: Scalar, pieceLength: Scalar];
  reduceColumns: [
    partials: Address,
    x: Address,
    reduced: Scalar,
    inner: Scalar,
    pieces: Scalar,
    pieceLength: Scalar,
  ];
  mergeSums: [out: Address, partials: Address, n: Scalar, inner: Scalar];
  storeSums: [y: Address, sums: Address, divisor: Scalar];
  softmaxForward: [y: Address, x: Address, n: Scalar, inner: Scalar, log: Scalar];
  softmaxBackward: [dx: Address, dy: Address, y: Address, n: Scalar, inner: Scalar, log: Scalar];
  gatherPositions: [y: Address, x: Address, index: Address, count: Scalar, stride: Scalar];
  scatterPositions: [x: Address, y: Address, index: Address, count: Scalar, stride: Scalar];
  copyRuns: [y: Address, x: Address, strideY: Scalar, strideX: Scalar, length: Scalar];
  transpose: [y: Address, x: Address, rows: Scalar, columns: Scalar];
  permute: [y: Address, x: Address, plan: Address];
}

/** Kernels that take scratch. */
export type Scratched =
  | "convolve"
  | "convWeightGradient"
  | "winograd"
  | "winogradSpread"
  | "winogradFilters"
  | "winogradZeros"
  | "winogradWeights"
  | "axisNormForward"
  | "axisNormBackward"
  | "columnMoments"
  | "columnNormalize"
  | "columnGradientSums"
  | "columnGradient"
  | "localResponseNormBackward"
  | "gemm";

/** Bytes of scratch of `convolve`. */
export const convolveScratch = (
  straight: number,
  rows: number,
  columns: number,
  depth: number,
  patch: number,
): number =>
  straight
    ? 4 * (roundUp(patch, 16) + roundUp(columns, 8) * depth)
    : 4 * (roundUp(columns, 8) * rows + 8 * depth + patch);

const roundUp = (n: number, multiple: number): number => ceilDiv(n, multiple) * multiple;

const ceilDiv = (a: number, b: number): number => Math.floor((a + b - 1) / b);

/** Bytes of scratch of `convWeightGradient`. */
export const convWeightGradientScratch = (
  rows: number,
  columns: number,
  pixels: number,
  patch: number,
): number => 4 * (roundUp(columns, 8) * rows + pixels * (rows + 8) + patch);

/** Bytes of scratch of `winograd`, for items of `tiles` tiles. */
export const winogradScratch = (
  kind: WinogradKind,
  channels: number,
  tiles: number,
  across: number,
): number =>
  tiles * 16 +
  stagePitchOf(stepOf(kind), across) * (pointsOf(kind) * bandsOf(tiles, across) + 1) +
  640 +
  pointsOf(kind) * pointsOf(kind) * (pointPitch(channels * tiles) + pointPitch(32 * tiles));

const stagePitchOf = (step: number, across: number): number => (across * step + 4) * 4;

/** Inputs from one tile to the next. */
export const stepOf = (kind: WinogradKind): number => (kind === 1 ? 8 : 4);

/** Products along an axis. */
export const pointsOf = (kind: WinogradKind): number => (kind === 0 ? 6 : 9);

const bandsOf = (tiles: number, across: number): number => ceilDiv(tiles - 1, across) + 1;

/** Bytes from one point's matrix of n floats to the next. */
export const pointPitch = (n: number): number => n * 4 + 64;

/** Bytes of scratch of `winogradSpread`, for `tiles` tiles. */
export const winogradSpreadScratch = (
  kind: WinogradKind,
  gradient: number,
  tiles: number,
  across: number,
): number =>
  tiles * 16 +
  stagePitchOf(spreadStep(kind, gradient), across) *
    (4 * pointsOf(kind) * bandsOf(tiles, across) + 1) +
  36;

const spreadStep = (kind: WinogradKind, gradient: number): number => (gradient ? 4 : stepOf(kind));

/** Bytes of scratch of `winogradFilters`. */
export const winogradFiltersScratch = (): number => 36 * 16;

/** Bytes of scratch of `winogradZeros`. */
export const winogradZerosScratch = (kind: WinogradKind): number => 4 * sideOf(kind) * sideOf(kind);

/** Outputs of a tile. */
export const sideOf = (kind: WinogradKind): number => (kind >= 2 ? 8 : 4);

/** Bytes of scratch of `winogradWeights`. */
export const winogradWeightsScratch = (): number => 432 + 36 * pointPitch(4 * 64);

/** Bytes of scratch of `axisNormForward`. */
export const axisNormForwardScratch = (width: number): number => 7 * rowBytes(width);

const rowBytes = (cols: number): number => ((cols + 3) >> 2) * 16;

/** Bytes of scratch of `axisNormBackward`. */
export const axisNormBackwardScratch = (width: number): number => 8 * rowBytes(width);

/** Bytes of scratch of each of these kernels. */
export const columnScratch = (width: number): number =>
  64 + width * (24 + 16) + 4 * rowBytes(width) + 16;

/** Bytes of scratch of `localResponseNormBackward`. */
export const localResponseNormBackwardScratch = (channels: number): number => channels * 128;

/** Bytes of scratch of `gemm`. */
export const gemmScratch = (mTile: number, nTile: number): number => 4 * mTile * (256 + nTile);

/** Columns of a tile of `reduceColumns`. */
export const reduceTile = 512;

/** Rows of a band of `transpose`. */
export const transposeBand = 16;

/** Inputs of a tile. */
export const inputsOf = (kind: WinogradKind): number => (kind === 1 ? 9 : kind >= 2 ? 5 : 6);

/** Floats of a row of levels. */
export const wideOf = (kind: WinogradKind, across: number): number => across * stepOf(kind) + 4;

/** Rows of the levels of an image. */
export const tallOf = (kind: WinogradKind, down: number): number => down * stepOf(kind) + 2;
