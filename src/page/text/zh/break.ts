import { usualStrength } from "../../../experiments/influence/disturb.js";

const { outlier, shift, scale } = usualStrength;

export const breakIt = {
  heading: "弄坏它：谁来承担？",
  lead: "样本 0 有一个数出了错：拖动它或它的滑块，看看谁的输出会变。其他出错的情形在滑块下方。",
  disturbance: "样本 0 出了什么错",
  more: "其他出错的情形",
  value: "出错的数",
  done: {
    alone: "去掉其他样本：样本 0 独自成批。",
    constant: "样本 0 的一个通道处处为 1。",
    shift: `样本 0 的每个数都加 ${shift}。`,
    scale: `样本 0 的每个数都乘以 ${scale}。`,
    padding: "样本 0 的后一半位置为 0，好像它更短。",
  },
  subject: {
    outlier: "这个离群值",
    alone: "独自成批",
    constant: "这个常数通道",
    shift: "这个很大的均值",
    scale: "整体放大",
    padding: "填充",
  },
  verdict: (subject: string, moved: number, of: number, own: number, others: number) =>
    moved === 0
      ? `${subject}没有改变其余 ${of} 个输出中的任何一个。`
      : `${subject}改变了其余 ${of} 个输出中的 ${moved} 个：本样本 ${own} 个，其他样本 ${others} 个。`,
  verdictAll: (subject: string, moved: number, of: number, own: number, others: number) =>
    moved === 0
      ? `${subject}没有改变 ${of} 个输出中的任何一个。`
      : `${subject}改变了 ${of} 个输出中的 ${moved} 个：本样本 ${own} 个，其他样本 ${others} 个。`,
  verdictAlone: (subject: string, moved: number, of: number) =>
    moved === 0
      ? `${subject}没有改变 ${of} 个输出中的任何一个：它们与其他样本无关。`
      : `${subject}改变了 ${of} 个输出中的 ${moved} 个：它们原来依靠其他样本。`,
  input: "输入",
  outputOf: (method: string) => `输出：${method}`,
  legend: {
    hit: "出错的数",
    own: "变了，本样本",
    others: "变了，其他样本",
    stays: "没有变",
    gone: "已去掉",
  },
  deeper: (by: string) => `颜色越深，变化越大：最大 ${by}。`,
  sample: "样本",
  table: {
    heading: "所有方法，所有出错的情形",
    caption: `会变的输出所占的百分比；4 个样本，8 个通道，每个 4 × 4（离群值 ${outlier}，均值加 ${shift}，放大 ${scale} 倍）。`,
    built: "制作本页时算得。",
    live: (ms: string) => `刚才在这台机器上算得，用时 ${ms} 毫秒。`,
    own: "本",
    others: "其他",
    ownLong: "本样本",
    othersLong: "其他样本",
    sort: (column: string) => `${column}：排序`,
    family: "类别",
    all: "全部类别",
    find: "查找",
    view: "出了什么错",
    invariance: "不受什么影响",
    nothing: "无",
    comma: "、",
    none: "没有这个名称的方法。",
    count: (shown: number, all: number) => `${all} 种方法中的 ${shown} 种`,
    press: "按一种方法，就在上图中看它。",
  },
};
