import { checkHeads, checkInteger, checkProbability } from "../numbers.js";
import type { TransformerBlockOptions } from "./transformer-block.js";
import { checkNorm } from "./transformer-norms.js";

/** Refuses bad options of a block in the name of `model`. The block would use its own name or those of its layers. */
export function checkBlock(model: string, options: TransformerBlockOptions): void {
  const { dModel, nHead, dFF, normLayer = "layer", dropout = 0 } = options;
  checkHeads(model, dModel, nHead);
  checkInteger(model, "dFF", dFF, 0);
  checkProbability(model, dropout);
  checkNorm(model, normLayer);
}
