export const padding = {
  heading: "填充：算在内的零",
  lead: "9 到 16 个词的句子，末尾补零后成为一个张量。批归一化把零也当作词；带掩码就不会，层归一化只看每个词自己。填充到更大的长度，看什么会变。",
  length: "填充到",
  lengthShown: (length: number, share: string) => `${length}（填充占 ${share}）`,
  sentences: "每批的句子数",
  batch: "批次中的八个句子",
  batchLabel: (length: number, share: string) =>
    `9 到 16 个词的句子，填充到 ${length}：${share} 的位置是填充。`,
  norms: ["批归一化", "带掩码", "层归一化"],
  change: "填充使词的输出变了多少",
  changeOf: (norm: string, change: string) => `${norm} ${change}`,
  changed: (parts: string) => `现在（均方根）：${parts}。`,
  moments: (mean: string, padded: string, variance: string, paddedVariance: string) =>
    `一个特征在词上的均值是 ${mean}，算上零是 ${padded}；方差是 ${variance} 和 ${paddedVariance}。`,
  unrest: (sentences: number, independent: string, alike: string) =>
    `同一句的词彼此相似，所以一个批次包含的信息少于词数：每批 ${sentences} 句时，均值在批次之间的波动是 ${alike}；词若都独立，则是 ${independent}。`,
};
