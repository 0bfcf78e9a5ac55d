/** The words among the formulas of the methods. */
const FORMULAS: readonly (readonly [RegExp, string])[] = [
  [/; evaluation: running μ, σ²/, "；评估时 μ、σ² 用滑动统计量"],
  [/, all four constant$/, "，四者都是常数"],
  [/, ᵣ: running$/, "，ᵣ 表示滑动统计量"],
  [/^batch norm of each part by itself$/, "每一份各自做批归一化"],
  [/, the root by Newton's iteration$/, "，方根用牛顿迭代求得"],
  [/, s the sample's style$/, "，s 是样本的风格"],
  [/, k the sample's class$/, "，k 是样本的类别"],
  [/, maps made of a segmentation m$/, "，γ、β 由分割图 m 得出"],
  [/, twice$/, "，两次"],
  [/, constant columns (\w)$/, "，常数列为 $1"],
  [/; inverse: /, "；逆变换："],
  [/mean of g over C/, "g 在 C 上的均值"],
  [/; μ and σ for a later layer$/, "；μ、σ 留给后面的层"],
  [/ at the end of a residual branch$/, "，用在残差分支的末端"],
  [/, u and v by power iteration$/, "，u、v 由幂迭代求得"],
  [/, ρ in \[/, "，ρ ∈ ["],
  [/, σ² unbiased$/, "，σ² 无偏"],
  [/mean x²/g, "x² 的均值"],
];

export const see = {
  description: "一种归一化把几个数变成什么，并算出其中一个数的由来",
  norm: "任意一种方法，如 gn:2、adain、wn",
  at: "要看的那个数：样本、通道、位置",
  shape: "输入的形状",
  eval: "评估模式（先训练一步）",
  outer: { maps: "样本", tokens: "样本", data: "样本", weight: "输出" },
  inner: { maps: "通道", tokens: "特征", data: "特征", weight: "输入" },
  training: (norm: string, formula: string) => `${norm}，训练模式：${formula}`,
  evaluation: (norm: string, formula: string) => `${norm}，评估模式：${formula}`,
  place: (place: string, arithmetic: string) => `位置 ${place}：${arithmetic}`,
  formula: (formula: string) =>
    FORMULAS.reduce((all, [from, to]) => all.replace(from, to), formula),
  arithmetic: {
    by: (x: string, y: string, formula: string) => `x = ${x}，y = ${y}，按 ${formula}`,
    meanSquare: "x² 的均值",
    of: (count: number) => `取自 ${count} 个值`,
    running: "滑动统计量",
    rule: (rule: string, statistics: readonly string[], from: string) =>
      `${rule}，其中 ${statistics.join("，")}（${from}）`,
  },
  title: "归一化把几个数变成什么",
  summary: (formula: string) => `${formula}。`,
  given: (norm: string, shape: string) => `${norm} 作用于给定的数 [${shape}]。`,
  drawn: (norm: string, shape: string, seed: number) =>
    `${norm} 作用于随机的数 [${shape}]，种子为 ${seed}。`,
  one: "一个输出",
  all: { title: "全部的数", caption: "x 是输入，y 是输出，按位置排列。" },
} as const;
