import type { Case } from "../draw.js";
import { activating } from "./activating.js";
import { batch } from "./batch.js";
import { elementwise } from "./elementwise.js";
import { nd } from "./nd.js";
import { products } from "./product.js";
import { reductions } from "./reduction.js";
import { rows } from "./rows.js";
import { sample } from "./sample.js";
import { shapes } from "./shape.js";
import { weights } from "./weights.js";

/** A case for every op. fuzz.test.ts checks that none is missing. */
export const cases: Record<string, Case> = {
  ...elementwise,
  ...batch,
  ...sample,
  ...activating,
  ...rows,
  ...reductions,
  ...shapes,
  ...products,
  ...weights,
  ...nd,
};
