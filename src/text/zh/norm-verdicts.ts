import type { NormTexts } from "../norm-texts.js";

export const normTexts: NormTexts = {
  kinds: { batch: "批归一化", layer: "层归一化或组归一化", rms: "RMS 归一化" },
  verdicts: {
    "lengths-differ": ["长度不一", "各张量的长度不同：装不进任何一层。"],
    nan: ["NaN", "张量中有 NaN：输出都是 NaN。"],
    infinite: ["无穷大", "张量中有 ±Infinity：输出为无穷大或 NaN。"],
    "negative-variance": ["方差为负", "滑动方差小于 0：评估时得到 NaN，或被 eps 掩盖。"],
    "zero-variance": ["死通道", "滑动方差恰好为 0：这个通道一直是常数，已经死了。"],
    "never-trained": [
      "从未训练",
      "num_batches_tracked 为 0：没有见过任何一批数据，评估时按均值 0、方差 1 归一化，结果会错。",
    ],
    "initial-statistics": [
      "统计量仍是初值",
      "均值全为 0，方差全为 1，与开始时一样；没有计数器可作旁证。",
    ],
    "mean-far": [
      "均值远离 0",
      "均值离 0 超过 30 个标准差：前面的层有偏移，float32 会丢失有效数字。",
    ],
    "tiny-gamma": ["γ 极小", "|γ| 小于 0.001，而均值或方差远离 0 和 1：训练把这个通道关掉了。"],
    "gamma-zero": ["γ 全为 0", "γ 处处为 0：有些残差块这样开始，但不该这样结束；这一层只输出 β。"],
    "gamma-one": ["γ 全为 1", "γ 处处为初值 1：从未训练过，或设计上就是固定的。"],
    "eps-matters": [
      "eps 有影响",
      "方差很小，eps 取 1e-3（TensorFlow）还是 1e-5（PyTorch）会让输出相差 1% 以上。文件里看不出用的是哪一个。",
    ],
    foldable: ["可以折叠", "evenkeel fold 可以把它并入前面的权重，评估时更快。"],
  },
  files: {
    "no-norms": "没有找到归一化层。",
    damaged: "已损坏：有些层会给出错误的结果。",
    doubtful: "可疑：有些层可能给出错误的结果。",
    sound: "完好：没有发现问题。",
  },
  doubts: {
    "no-weight": "它前面没有紧挨着的权重",
    shape: "从前面权重的形状看不出哪一维是输出",
    bias: "前面的权重带偏置，两者之间可能还有激活函数",
    sorted: "文件里的键按名称排序，先后次序说明不了什么",
  },
};
