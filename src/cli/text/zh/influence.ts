import { words } from "../../../text/zh/influence.js";

const EXPLAINED = "本 / 其他：受扰动样本自己的输出、其他样本的输出，各有百分之多少改变";

export const influence = {
  description: "一个离群值，谁来承担：扰动一个样本，看哪些输出会变",
  norms: "归一化的写法，如 bn,gn:8,frn，或 all（全部）；用于 8 个通道",
  outlier: "把一个元素改成多大",
  norm: "归一化",
  shift: words.shift,
  scale: words.scale,
  explained: `${EXPLAINED}。`,
  title: "一个离群值，谁来承担",
  summary: (outlier: number, paying: number, of: number, names: string) =>
    `把一个样本中的一个数改成 ${outlier}，${of} 种归一化中有 ${paying} 种会因此改变其他样本的输出：` +
    `${names || "没有"}。`,
  lead: (shape: string) =>
    `每种归一化（normalization）都是刚初始化的，处于训练模式，输入同一个张量 [${shape}]（正态分布的随机数）；` +
    "然后扰动其中一个样本。",
  moves: {
    title: "哪些输出会变",
    caption: (shift: number, scale: number) =>
      `${EXPLAINED}（变化超过 0.001）。输入本身被扰动的位置不算；整个样本都被扰动时（均值很大、整体放大），` +
      `它的全部输出都算。右边两列：平移 ${shift}，或放大 ${scale} 倍，而所有输出都不变的是什么：整批、` +
      "每个样本的同一个通道、一个样本、它的单张特征图，或它的一个位置。" +
      "有的层初始时什么也不改变：grn 是恒等映射，lin 等于层归一化，bin 等于批归一化。",
  },
} as const;
