import { ARTICLE } from "./article.js";

export const style = {
  description: "用实例归一化、批归一化和不归一化，各训练一个风格迁移网络",
  content: "要重画的 PNG 或 JPEG 图片；不给则用程序画的港口",
  style: "提供风格的 PNG 或 JPEG 图片；不给则用程序画的笔触",
  size: "图片长边的像素数",
  which: (names: string) => `比较哪些，用逗号隔开：${names}`,
  lr: "Adam 的学习率",
  weight: "风格相对于内容的权重",
  seeds: "每种归一化训练几次，种子依次加 1",
  head: ["", "风格损失", "内容损失", "秒/步"],
  untouched: "内容图片本身",
  oneShot: "AdaIN 一次完成",
  once: (seconds: string) => `一次 ${seconds}`,
  full: (parameters: string, shape: string, ms: string) =>
    `文章${ARTICLE}的网络：${parameters} 个参数，[1, 3, 256, 256] → [${shape}]，用时 ${ms} 毫秒。`,
  title: "风格迁移：实例归一化、批归一化和不归一化",
  summary: (losses: string) => `重画后图片的风格损失：${losses}。`,
  net: (widths: string, blocks: number) =>
    `StyleTransferNet（各级宽度 ${widths}，${blocks} 个残差块），`,
  learns: (crop: number, batch: number, steps: string, seeds: string) =>
    `归一化用实例归一化（instance norm）、批归一化（batch norm），或都不用；学习重画内容图片中 ${crop} × ${crop} ` +
    `像素的小块，每步 ${batch} 块，用 Adam 训练 ${steps}，${seeds}。`,
  judge:
    "评判用一组卷积构成的特征金字塔，权重随机且保持不变（He、Wang、Hopcroft 2016，arXiv 1606.04801）：" +
    "风格用格拉姆矩阵（Gram matrix）衡量，内容用特征衡量。",
  pictures: { title: "图片", content: "内容", style: "风格" },
  step: "训练步数",
  styleLoss: { title: "风格损失", chart: "风格损失随步数的变化" },
  contentLoss: { title: "内容损失", chart: "内容损失随步数的变化" },
  table: {
    title: "表格",
    caption:
      "在整张图片上，网络处于评估模式：这时批归一化用滑动统计量。AdaIN 一次完成：用正交的随机卷积取得内容的特征，" +
      "换上风格的均值和标准差，再用转置卷积还原；不需要训练。",
  },
} as const;
