import { ARTICLE } from "./article.js";

export const runningStats = {
  description: "批归一化的滑动统计量：文章的做法、PyTorch 的做法，以及不同的动量",
  steps: "小批量的个数",
  batch: "每批每通道的值的个数",
  head: ["", "滑动均值", "滑动方差", "输出均值", "输出方差"],
  article: "文章",
  ours: "PyTorch",
  rules: "滑动方差 ÷ 真实方差，按每批每通道的值的个数：",
  allBatches: "所有批次平均",
  truth: "真实值",
  title: "批归一化的滑动统计量",
  summary: (article: string, ours: string, difference: string) =>
    `第一批之后，通道 0 的滑动方差在文章的层里是 ${article}，按 PyTorch 的做法是 ${ours}；` +
    `两者的输出至多相差 ${difference}，所以只比较输出发现不了差别。`,
  lead: (seed: number) =>
    "批归一化（batch norm）训练时记下滑动均值和滑动方差（running statistics），推理时使用。" +
    `一层是照文章${ARTICLE}的代码写的 CustomBatchNorm，一层是按 PyTorch 的做法写的；` +
    `输入是种子为 ${seed} 的 torch.randn([4, 3, 32, 32])，动量（momentum）为 0.1。`,
  one: {
    title: "一个小批量",
    caption:
      "逐通道列出。归一化本身，两者都用有偏方差。更新滑动方差时，文章仍用有偏方差，PyTorch 用无偏方差，" +
      "后者是前者的 m/(m − 1) 倍：这里 m = 4,096，差别在第四位。文章打印的是 −1.0345e-04、8.5500e-06、3.5211e-03 " +
      "和 0.9992、0.9986、1.0025。",
  },
  small: {
    title: "批量很小时",
    chart: "滑动方差 ÷ 真实方差，随每通道值的个数的变化",
    article: "文章（有偏）",
    ours: "PyTorch（无偏）",
    x: "m，每批每通道的值的个数",
    y: "滑动方差 ÷ 真实方差",
    caption: (batches: number, m: number, percent: number) =>
      `momentum=None，即对全部 ${batches} 个小批量取平均之后的滑动方差。文章的做法收敛到真实值的 (m − 1)/m，` +
      `推理时除以的标准差偏小：m = ${m} 时输出偏大 ${percent} %。`,
  },
  seen: "见过的小批量数",
  mean: {
    title: "动量：滑动均值",
    chart: "不同动量下，滑动均值随小批量数的变化",
    y: "滑动均值",
    caption: (batch: number, mean: number, variance: number) =>
      `动量是新批次所占的权重；每批 ${batch} 个值，取自 N(${mean}, ${variance})。初值为 0。动量小，到得慢，但平稳；` +
      "动量大，到得快，却一直波动：滑动平均会遗忘，并不是所有样本的平均。momentum=None（所有批次平均）才是。",
  },
  variance: {
    title: "动量：滑动方差",
    chart: "不同动量下，滑动方差随小批量数的变化",
    y: "滑动方差",
    caption: "同样的几层。初值为 1。",
  },
} as const;
