// The numbers that stand for a choice, where kernels and host name the same thing. The host has them from here: npm run
// build:kernels.

/** The activation behind a norm. */
export enum Activation {
  none,
  relu,
  gelu,
  silu,
}

/**
 * What a norm over an axis divides by: the maximum, the p-norm of p = 1, 2 or 3, the root mean square, the standard
 * deviation.
 */
export enum Statistic {
  maximum,
  norm1,
  norm2,
  norm3,
  rms,
  moments,
}

/** What a row is divided by: see norm/scaled-rows.ts. */
export enum RowScale {
  rms,
  rmsEpsOutside,
  centredRms,
  norm,
}

/** How Winograd cuts up a tile along each axis: see conv/winograd-kind.ts. */
export enum WinogradKind {
  plain,
  strided,
  subpixel,
  subpixelOdd,
}

/**
 * What `winogradJudge` says of a tile, or `wildChannels` of a channel. A tile gets `withZeros` where some of its
 * outputs see nothing but zeros: these outputs become what follows a sum of 0. Except in transposed convolutions, a bit
 * is added to it for each such output, 1 for the first.
 */
export enum TileVerdict {
  tame,
  wild,
  withZeros,
}

/** What `winogradWeights` says of filters: `infinite` filters are huge or not finite. */
export enum FilterVerdict {
  tame,
  wild,
  infinite,
}
