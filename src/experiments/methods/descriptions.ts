import type { NormName } from "../../nn/norm-table.js";
import { activation } from "./activation.js";
import { batch } from "./batch.js";
import { conditional } from "./conditional.js";
import { data } from "./data.js";
import type { Description, Family } from "./method.js";
import { sample } from "./sample.js";
import { vector } from "./vector.js";
import { weights } from "./weights.js";

const families = [batch, sample, vector, conditional, activation, weights, data];

/**
 * The description of every normalisation, by kind, without the layers: a page can load these texts before any layer.
 */
export const methodDescriptions: readonly Family[] = families;

type Described = (typeof families)[number]["methods"][number]["name"];
type Rows<All extends Record<NormName, Description>> = All;

/** The texts by the names of `nn.normTable`: where one is missing, this does not compile, and the message names it. */
export type DescriptionsByName = Rows<Record<Described, Description>>;
