export const gradients = {
  description: "深层网络的梯度、饱和与训练：有归一化和没有归一化",
  depth: "隐藏层数",
  width: "每层的宽度",
  lr: "SGD 的学习率",
  head: ["激活函数", "归一化", "第一层", "最后一层", "末层 ÷ 首层", "饱和", "准确率"],
  explained: (gain: number, steps: number) =>
    "第一层、最后一层：刚初始化时梯度的范数。饱和：斜率不到最大斜率 1/20 的激活所占的比例，\n" +
    `此时权重放大到 ${gain} 倍。准确率：训练 ${steps} 步之后；随机猜测为 50 %。\n`,
  bare: (full: string, bare: string) =>
    `用批归一化的 Sigmoid 网络：有缩放和平移时准确率 ${full}，没有时 ${bare}。`,
  title: "归一化对梯度有什么作用",
  summary: (depth: number, none: string, bn: string, ln: string) =>
    `${depth} 层的 Sigmoid 网络，最后一层的梯度是第一层的 ${none} 倍；` +
    `用批归一化（batch norm）是 ${bn} 倍，用层归一化（layer norm）是 ${ln} 倍。`,
  lead: (depth: number, width: number, seed: number) =>
    `${depth} 层、每层 ${width} 个单元的全连接网络，区分圆内和圆外的点；初始权重按 PyTorch 的方式，种子为 ${seed}。` +
    "激活函数用 Sigmoid、tanh 和 ReLU；激活之前不归一化，或用批归一化，或用层归一化。",
  perLayer: {
    title: "各层梯度的范数",
    chart: (activation: string) => `各层梯度的范数，${activation}`,
    x: "层",
    y: "梯度的范数",
    caption: (batch: number) =>
      `刚初始化的网络在 ${batch} 个点上，损失对每层权重的梯度 ‖∂loss/∂W‖。每一层把梯度乘以自己的雅可比矩阵` +
      "（Jacobian）再往回传，也就是权重乘以激活函数的斜率，Sigmoid 的斜率至多为 1/4。" +
      "批归一化对三种激活函数都使梯度保持平稳，层归一化只对 tanh 和 ReLU 如此。",
  },
  saturation: {
    title: "饱和",
    chart: (activation: string) => `激活值的直方图，${activation}`,
    x: (activation: string) => `${activation} 的输出`,
    y: "占输出的比例（%）",
    caption: (layer: number, gain: number) =>
      `初始权重放大到 ${gain} 倍时，第 ${layer} 层的输出。没有归一化，输出都挤到两端，那里的斜率几乎为 0；` +
      "归一化消除了权重和输入的尺度。",
  },
  numbers:
    "第一层、最后一层：上面所说的梯度范数。饱和：权重放大后，所有层中斜率不到最大斜率 1/20 的激活所占的比例" +
    "（ReLU 本来就有一半斜率为 0）。准确率：下面的训练之后；随机猜测为 50 %。",
  training: {
    title: "训练",
    chart: (activation: string) => `训练损失，${activation}`,
    x: "训练步数",
    y: "交叉熵（奈特）",
    bare: (norm: string) => `${norm}，无缩放平移`,
    caption: (lr: number, steps: number, batch: number) =>
      `曲线经过平滑。SGD，动量 0.9，学习率 ${lr}，${steps} 步，每步 ${batch} 个点；ln 2 = 0.693 就是随机猜测，` +
      "有几条线在那里重合。“无缩放平移”：归一化不带 γ 和 β。",
  },
  restored: {
    title: "缩放和平移恢复了什么",
    line: "直线拟合的 R²",
    chart: "归一化之后的 Sigmoid 有多接近线性，随缩放 γ 的变化",
    x: "归一化的缩放 γ",
    caption: (share: string, deviation: string, mean: string, error: string) =>
      `标准化的输入落在 Sigmoid 的中段：一条直线就能解释它作用的 ${share}。缩放和平移让网络重新得到弯曲的部分。` +
      `推到极端，它们可以抵消归一化：取 γ = √(σ² + ε) = ${deviation}、β = μ = ${mean}，输出就等于输入，` +
      `误差不超过 ${error}。`,
  },
  shapes: {
    title: "标准化不等于正态化",
    head: ["输入", "", "均值", "方差", "偏度", "超额峰度"],
    names: { uniform: "均匀分布", exponential: "指数分布", "two humps": "双峰分布" },
    before: "之前",
    after: "之后",
    caption:
      "批归一化只确定均值和方差；偏度（skewness）和超额峰度（excess kurtosis）不变，正态分布的这两项都是 0。",
  },
} as const;
