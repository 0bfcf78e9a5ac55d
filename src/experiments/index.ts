// evenkeel/experiments: the experiments of the command line, as generators that yield progress and return data.
export * from "./choose.js";
export * from "./compare.js";
export { articles, type Correction, corrections } from "./corrections.js";
export * from "./gradients.js";
export * from "./layers.js";
export { logbook } from "./logbook.js";
export * from "./methods/index.js";
export * from "./padding.js";
export * from "./pictures.js";
export * from "./running-stats.js";
export { dependsOn, type MapShape, type Pattern, setIndex } from "./sets.js";
export type { ExperimentOptions, Stage } from "./stage.js";
export * from "./style.js";
export * from "./summary.js";
export * from "./transformer.js";
export { compareTruths, styleTruths, type Truth, transformerTruths } from "./truths.js";
