import type { Workload } from "../workload.js";
import { batchNormRows } from "./batch-norm.js";
import { conv2dRows } from "./conv2d.js";
import { fusedRows } from "./fused.js";
import { groupNormRows } from "./group-norm.js";
import { instanceNormRows } from "./instance-norm.js";
import { layerNormRows } from "./layer-norm.js";
import { layoutRows } from "./layout.js";
import { matmulRows } from "./matmul.js";
import { normResNetRows } from "./norm-resnet.js";
import { rmsNormRows } from "./rms-norm.js";
import { smallRows } from "./small.js";
import { softmaxRows } from "./softmax.js";
import { styleTransferNetRows } from "./style-transfer-net.js";
import { transformerBlockRows } from "./transformer-block.js";

export const workloads: readonly Workload[] = [
  ...smallRows,
  ...layerNormRows,
  ...batchNormRows,
  ...instanceNormRows,
  ...groupNormRows,
  ...rmsNormRows,
  ...layoutRows,
  ...fusedRows,
  ...softmaxRows,
  ...matmulRows,
  ...conv2dRows,
  ...normResNetRows,
  ...transformerBlockRows,
  ...styleTransferNetRows,
];
