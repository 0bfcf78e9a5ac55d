export const statistics = {
  heading: "滑动统计量：批归一化记住了什么",
  lead: "训练时，批归一化用当前批次的统计量；使用时，用它积累下来的统计量。每个批次替换其中的一部分，这个比例就是动量（momentum）。批次到来时改变它：小的平稳而迟缓，大的灵敏而多动。",
  momentum: "动量",
  values: "每批的数值个数",
  trueMean: "数据的均值",
  moreHint: "批次到来时移动数据的均值，看哪一种记忆跟得上。",
  mean: "滑动均值",
  variance: "滑动方差",
  batches: "已见的批次数",
  running: "您的动量",
  all: "全部平均",
  truth: "数据的真值",
  summary: (running: string, all: string, truth: string) =>
    `现在：用您的动量得到 ${running}，对所有批次取平均（动量为 None）得到 ${all}，真值是 ${truth}。浅色线：每个批次自己的值。`,
  rules: "滑动方差 ÷ 真方差",
  article: "教程的算法",
  ours: "PyTorch 的算法",
  rulesSummary: (article: string, ours: string) =>
    `每批 2 个数值时，教程的算法得到真方差的 ${article}，PyTorch 的得到 ${ours}。`,
  rulesHint: (article: string, ours: string) =>
    `除以 m 而不是 m − 1，保存的方差就偏小，数值越少越明显。见过教程的张量一次之后，教程的层是 ${article}，PyTorch 的是 ${ours}；输出却相同。`,
};
