import { ARTICLE } from "./article.js";

export const layers = {
  description: "各种归一化作用于同一个张量：哪些元素共享均值和方差",
  groups: "组归一化（group norm）的组数：1、2 或 4",
  head: ["层", "统计范围", "集合数", "m", "|均值| 最大", "有偏方差", "无偏方差"],
  opposites:
    "组归一化，逐个样本来看：每组都已标准化，单个通道却没有（一组的两个通道，均值互为相反数）。",
  sampleHead: ["样本", "每组均值", "每组方差", "每通道均值", "每通道方差"],
  title: "哪些元素共享同一个统计量",
  summary: (variance: string, mean: string) =>
    "在各自的统计范围上，每种层的输出均值都是 0，有偏方差都是 σ²/(σ² + ε)，" +
    `组归一化（group norm）为 ${variance}；单个通道不是组归一化的统计范围，均值可达 ±${mean}。`,
  lead: (shape: string, seed: number) =>
    "批归一化（batch norm，BN）、层归一化（layer norm，LN）、实例归一化（instance norm，IN）和组归一化" +
    `（group norm，GN）作用于同一个张量 [${shape}]：[0, 1) 上的均匀随机数，即种子为 ${seed} 的 torch.rand。`,
  over: (axes: string) => `统计范围 ${axes}`,
  averages: (code: string, axes: string) => `${code} 在 ${axes} 上求统计量`,
  sets: {
    title: "统计范围",
    caption:
      "蓝色：共享同一个均值和方差的元素。灰色：其余的集合。向右是 C 个通道，向下是 H·W 个位置，向里是 N 个样本；" +
      "GroupNorm(1, C) 的统计范围与 LayerNorm([C, H, W]) 相同。",
  },
  moments: {
    title: "输出的均值和方差",
    caption: (expected: string) =>
      "在每种层自己的统计范围（m 个元素）上求得。有偏：除以 m，应为 σ²/(σ² + ε)。无偏：除以 m − 1，" +
      `torch.var 打印的就是它，应为：${expected}。`,
  },
  perGroup: {
    title: "组归一化：按组看，按通道看",
    means: ["样本", "每组均值", "每通道均值"],
    variances: ["样本", "每组方差", "每通道方差"],
    caption:
      "方差是无偏的。两个通道作为一组一起标准化：整组的均值为 0，所以两个通道的均值恰好互为相反数，" +
      `单个通道的方差也都不是 1。${ARTICLE}按通道去看，看错了统计范围。`,
  },
  centred: {
    title: "按特征，还是按样本",
    head: ["层", "单个通道 |均值| 最大", "单个样本 |均值| 最大", "缩放和平移的个数"],
    caption:
      "批归一化使每个通道均值为 0，样本之间仍有差别；层归一化使每个样本均值为 0，通道之间仍有差别。",
  },
} as const;
