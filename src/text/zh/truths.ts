import type { TruthId } from "../../experiments/truths.js";

/** By the ids of the claims that runs are checked for. */
export const truths = {
  firstLoss: "第一步的损失接近 ln 10 = 2.30（相差不到 0.35）",
  accuracyOrder: "测试准确率：批归一化高于组归一化，组归一化高于层归一化",
  singleImages: "每次只用一张图片训练时，批归一化明显不如组归一化（差 5 个百分点以上）",
  flatGradients: "梯度，末块 ÷ 首块：前置归一化平稳（相差不到 2 倍），后置归一化不平稳",
  steeperGradients: "梯度，末块 ÷ 首块：后置归一化大于前置归一化",
  heldOutWithoutWarmup: "留出文本上的损失，没有预热：前置归一化低于后置归一化",
  heldOutAfterWarmup: "留出文本上的损失，经过预热：前置归一化低于后置归一化",
  styleLoss: "风格损失：实例归一化低于批归一化",
} satisfies Record<TruthId, string>;
