/**
 * The experiments of the command line, as generators that yield progress and return data.
 * @packageDocumentation
 */
export * from "./choose.js";
export * from "./compare.js";
export { articles, type Correction, corrections } from "./corrections.js";
export * from "./gradients.js";
export type { Histogram } from "./histogram.js";
export * from "./influence.js";
export * from "./layers.js";
export { logbook } from "./logbook.js";
export * from "./methods/index.js";
export * from "./padding.js";
export * from "./pictures.js";
export { type BlockProbe, probe } from "./probe.js";
export * from "./ranks.js";
export * from "./running-stats.js";
export * from "./see.js";
export { dependsOn, type MapShape, type Pattern, setIndex } from "./sets.js";
export type { ExperimentOptions, Stage } from "./stage.js";
export * from "./style.js";
export * from "./summary.js";
export * from "./transformer.js";
export {
  compareTruths,
  styleTruths,
  type Truth,
  type TruthId,
  transformerTruths,
  truthIds,
} from "./truths.js";
