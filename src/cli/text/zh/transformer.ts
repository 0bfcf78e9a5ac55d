import { ARTICLE } from "./article.js";

export const transformer = {
  description: "几个小语言模型：归一化放在哪里、用哪一种，结果有何不同",
  text: "要学习的文本（UTF-8）；不给则用自带的航海日志",
  variants: (names: string) => `比较哪些，用逗号隔开：${names}`,
  layers: "Transformer 的块数",
  lr: "AdamW 的学习率",
  warmup: "学习率预热（warm-up）的步数",
  seeds: "每种变体训练几次，种子依次加 1",
  logbook: "自带的航海日志",
  head: [
    "归一化",
    "最初损失",
    "留出损失",
    "留出损失（批量 1）",
    "梯度，末块 ÷ 首块",
    "泄漏",
    "毫秒/步",
    "毫秒/字符",
  ],
  block: (parameters: string, shape: string, ms: string, agree: boolean) =>
    `文章的编码器块：${parameters} 个参数，[32, 50, 512] → [${shape}]，用时 ${ms} 毫秒；` +
    `形状为 [T, T]、[1, T, T] 和 [B, T, T] 的掩码，结果${agree ? "一位不差" : "不一致"}。`,
  title: "Transformer 的归一化：放在哪里，用哪一种",
  summary: (losses: string, vocabulary: number, chance: string) =>
    `留出文本上的损失（奈特/字符）：${losses}；一无所知是 ln ${vocabulary} = ${chance}。`,
  nets: (layers: number, features: number, heads: number, parameters: string) =>
    `几个 ${layers} 块的语言模型（特征 ${features} 维，${heads} 个注意力头，${parameters} 个参数）`,
  learn: (text: string, characters: string, vocabulary: number) =>
    `学习预测${text.replace(/^(?=[\w.])/, " ")}的下一个字符（共 ${characters} 个字符，其中 ${vocabulary} 种不同）：`,
  by: (lr: number, warmup: number) =>
    `用 AdamW，学习率 ${lr}，${warmup ? `预热（warm-up） ${warmup} 步` : "没有预热（warm-up）"}，`,
  from: (batch: number, context: number, seeds: number) =>
    `每步 ${batch} 段，每段 ${context} 个字符，${seeds} 个种子。`,
  placed:
    `post 是后置归一化（post-norm）：放在每次相加之后，文章${ARTICLE}和 2017 年的原始论文都是这样。` +
    "pre 是前置归一化（pre-norm）：放在要相加的每一部分之前。",
  loss: {
    title: "损失",
    chart: "训练损失随步数的变化",
    x: "训练步数",
    y: "交叉熵（奈特/字符）",
  },
  gradients: {
    title: "刚初始化时的梯度",
    chart: "各块梯度的范数",
    x: "块，从输入开始",
    y: "‖梯度‖",
    caption: (ratios: string) =>
      "第一步之前，损失对每块第二个前馈权重的梯度。Xiong 等人 2020 年的论文（arXiv 2002.04745）发现：后置归一化时，" +
      "它向输出方向增大，所以这种网络需要预热；前置归一化时，它在那里要小一些，相差块数的平方根。" +
      `这里的末块 ÷ 首块：${ratios}。`,
  },
  table: {
    title: "表格",
    caption:
      "损失的单位是奈特/字符。泄漏：训练模式下只改变最后一个字符，前面各字符的 logit 变化多少。" +
      "批归一化在所有位置上求统计量，等于看见了后文：它的训练损失虚低，因果掩码也无济于事。",
  },
  samples: {
    title: "它们写出了什么",
    caption: "接着留出的文本往下写，每次一个字符，批量为 1，按概率抽取。",
  },
} as const;
