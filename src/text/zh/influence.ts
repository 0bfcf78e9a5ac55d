import type { Disturbance, Part } from "../../experiments/influence.js";

/** What is wrong with one sample. */
export const disturbances = {
  outlier: "一个离群值",
  alone: "独自成批",
  constant: "一个常数通道",
  shift: "均值很大",
  scale: "整体放大",
  padding: "一半是填充",
} satisfies Record<Disturbance, string>;

/** What may be shifted or scaled. */
export const parts = {
  batch: "整批",
  channel: "通道",
  sample: "样本",
  plane: "单张特征图",
  position: "位置",
} satisfies Record<Part, string>;

/** The other words of the table: the heads of its columns, and the cell of a norm that refuses. */
export const words = {
  shift: "平移哪些，输出不变",
  scale: "缩放哪些，输出不变",
  refused: "拒绝计算",
};
