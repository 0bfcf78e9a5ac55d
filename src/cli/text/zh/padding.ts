export const padding = {
  description: "长短不一的句子上的批归一化、带掩码的批归一化和层归一化",
  batch: "句子数",
  channels: "每个词的特征数",
  norms: ["批归一化", "带掩码的批归一化", "层归一化"],
  head: ["填充到", "填充比例", "均值", "方差"],
  explained: (mean: string, variance: string) =>
    `均值和方差：批归一化在特征 0 上得到的统计量；只看词则为 ${mean} 和 ${variance}。\n` +
    "各归一化之下：填充使词的输出改变多少（均方根）。",
  title: "填充与批统计量",
  nothing: "0",
  summary: (
    share: string,
    seen: string,
    mean: string,
    batch: string,
    masked: string,
    layer: string,
  ) =>
    `填充（padding）占 ${share} 时，批归一化（batch norm）得到的均值是 ${seen} 而不是 ${mean}，词的输出因此改变 ` +
    `${batch}（均方根）；带掩码的批归一化改变 ${masked}，层归一化（layer norm）改变 ${layer}。`,
  lead: (batch: number, shortest: number, longest: number, channels: number, mean: number) =>
    `${batch} 个句子，每句 ${shortest} 到 ${longest} 个词，每个词 ${channels} 个特征，服从均值 ${mean}、方差 1 的正态分布，` +
    "其中一半方差为同一句子所共有。同样的句子用 0 填充到越来越长。",
  share: "填充比例（%）",
  statistics: {
    title: "批统计量",
    mean: "均值",
    variance: "方差",
    chart: (what: string, length: number) =>
      `批归一化的${what}随填充比例的变化，从长度 ${length} 开始`,
    batch: "批归一化",
    words: "只看词（带掩码）",
    formula: "按比例推算",
    caption:
      "特征 0，在所有位置上统计。填充比例为 p 时，均值变成 (1 − p)·μ，方差变成 (1 − p)·(σ² + p·μ²)：" +
      "词和 0 分成两堆，方差先增大，后减小。用掩码（mask），两者都保持为词本身的值。",
  },
  change: {
    title: "对词的影响",
    chart: "填充使词的输出改变多少",
    y: "输出的变化（均方根）",
    caption:
      "后三列：与没有填充时的输出之差的均方根，只算词。有两条线在 0 处重合：层归一化每次只看一个词，" +
      "带掩码的批归一化只看词。",
  },
  unrest: {
    title: "批归一化用于文本，难在哪里",
    head: ["每批句子数", "词相互独立", "同句的词相近", "比值"],
    caption: (batches: number, longest: number, shuffled: string) =>
      `批均值在各批之间的标准差，共 ${batches} 批，每句 ${longest} 个词。同一句的词彼此相近，一批中独立的值远少于词数，` +
      "统计量就不稳定。原因并不是“比较了不同的位置”：BatchNorm1d 把各位置合并统计，把每句的词倒过来，" +
      `除了次序什么也不变（最大差 ${shuffled}）。`,
  },
  axis: {
    title: "哪一维才是特征",
    head: ["BatchNorm1d(12) 作用于 [16, 12, 12]", "单个特征 |均值| 最大"],
    right: "转置成 [N, C, L]",
    wrong: "直接给 [N, L, C]",
    caption: (refusal: string) =>
      "特征 0 到 11 的均值是 0 到 11。Transformer 的 [N, L, C] 会被当作 [N, C, L]：词数与特征数不等时，拒绝计算" +
      `（报错：“${refusal}”）；恰好相等时，被归一化的是位置而不是特征，而且没有任何提示。`,
  },
} as const;
