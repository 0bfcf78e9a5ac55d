import * as influence from "../../../text/en/influence.js";
import { families, methods } from "../../../text/en/methods.js";
import { advice, asks, labels, whys } from "../../../text/en/tree.js";
import { breakIt } from "./break.js";
import { choose } from "./choose.js";
import { common } from "./common.js";
import { see } from "./see.js";
import { train } from "./train.js";

const tree = { advice, asks, labels, whys };

export const en = { common, families, methods, see, breakIt, influence, train, choose, tree };
