import type { Advice, Answers } from "../../experiments/choose.js";

/** By the names of the answers that are asked for. */
export const asks = {
  task: "要做什么任务？",
  batch: "每个设备每步处理多少个样本？",
  deviceCount: "每一步由多少个设备分担？",
  shift: "使用时的数据与训练数据有差别吗？",
  sequence: "用什么网络处理序列？",
  style: "风格从哪里来？",
  generator: "是生成模型的哪一部分？",
} satisfies Record<keyof Answers, string>;

/** By `labelKey`. */
export const labels: Readonly<Record<string, string>> = {
  "task.vision": "图像：分类、检测、分割",
  "task.sequence": "文本、语音、信号",
  "task.style": "风格迁移、图像到图像",
  "task.generation": "生成（GAN、扩散模型）",
  "task.tabular": "表格特征",
  "task.weights": "完全不用激活的统计量",
  "batch.16": "16 个或更多",
  "batch.0": "少于 16 个",
  "deviceCount.16": "合计 16 个样本或更多",
  "deviceCount.0": "合计少于 16 个样本",
  "shift.no": "没有，且样本经过打乱",
  "shift.yes": "有，或样本没有打乱",
  "sequence.transformer": "Transformer 模型",
  "sequence.recurrent": "循环神经网络",
  "sequence.windows": "卷积，窗口长度相同",
  "style.fixed": "一种固定的风格，由训练学到",
  "style.picture": "任意给定的图片",
  "style.domains": "另一个图像域（图像到图像）",
  "generator.plain": "没有条件，或 U-Net",
  "generator.conditioned": "以类别或时间为条件",
  "generator.discriminator": "GAN 的判别器",
};

/** Reasons of answers, by `adviceKey` of the path that ends with them. */
export const whys: Readonly<Record<string, string>> = {
  "task.vision": "图像的通道可以在位置和样本上汇总。",
  "task.vision/batch.16": "大约从 16 个样本起，批次的统计量才可靠（arXiv 1803.08494）。",
  "task.vision/batch.16/shift.no": "训练时的滑动平均与使用时的数据相符。",
  "task.vision/batch.16/shift.yes": "训练时的滑动平均在使用时是错的。",
  "task.vision/batch.0": "样本少时统计量全是噪声；别的设备也许可以补上样本。",
  "task.vision/batch.0/deviceCount.16": "各设备交换统计量后，合起来样本就够了。",
  "task.vision/batch.0/deviceCount.0": "合起来样本还是太少，统计量必须限于单个样本之内。",
  "task.sequence": "序列长短不一，还混有填充。",
  "task.sequence/sequence.transformer": "逐个词元归一化，长度和填充都不起作用。",
  "task.sequence/sequence.recurrent": "批次的统计量会随时间步变化。",
  "task.sequence/sequence.windows": "窗口长度相同就没有填充，可以在时间上汇总。",
  "task.style": "图片的风格就在各通道的均值和方差里。",
  "task.style/style.fixed": "一种风格用可学习的缩放和平移就够了。",
  "task.style/style.picture": "风格的统计量取自给定的图片。",
  "task.style/style.domains": "要去掉多少风格，各通道不同，由训练学到。",
  "task.generation": "批量小，而且由条件控制特征。",
  "task.generation/generator.plain": "没有条件来控制归一化，而且图片大、批量小。",
  "task.generation/generator.conditioned": "缩放和平移必须由条件决定。",
  "task.generation/generator.discriminator": "要紧的是输出变化得多快。",
  "task.tabular": "每一列有自己的单位。",
  "task.tabular/batch.16": "在批次上求均值，各列的单位不会混在一起。",
  "task.tabular/batch.0": "样本少时统计量全是噪声，所以每个样本单独处理。",
  "task.weights": "对权重的归一化完全不看样本。",
};

/** By `adviceKey`. */
export const advice: Readonly<Record<string, Pick<Advice, "norm" | "reason" | "caveat">>> = {
  "task.vision/batch.16/shift.no": {
    norm: "批归一化",
    reason: "批量大，又经过打乱，统计量就稳定；训练最快，推理时可以并入卷积。",
    caveat: "推理时用的是滑动平均，要检查它是否可靠；微调时若批量小，容易出问题。",
  },
  "task.vision/batch.16/shift.yes": {
    norm: "组归一化",
    reason: "换了数据，原来的滑动平均就不对了；组归一化不保存滑动平均。",
    caveat: "也可以用批归一化，但要在新数据上重新估计滑动统计量（AdaBN、PreciseBN）。",
  },
  "task.vision/batch.0/deviceCount.16": {
    norm: "跨设备的批归一化",
    reason: "单个设备的样本太少，不够自己求统计量；所有设备合起来就够了。",
    caveat:
      "每层每步都要在设备之间交换一次数据；PyTorch 的实现需要 DistributedDataParallel，在 DataParallel 下不同步。",
  },
  "task.vision/batch.0/deviceCount.0": {
    norm: "组归一化配合权重标准化",
    reason: "统计量都在单个样本之内，与批量大小无关。",
    caveat:
      "它不能并入卷积；批量大时，仍略逊于批归一化。32 必须整除通道数，gn+ws 则取能整除的最大的二的幂。" +
      "它针对的是批量小，不是数据集小。",
  },
  "task.sequence/sequence.transformer": {
    norm: "每个块之前的层归一化，或均方根归一化",
    reason: "逐词元计算，批量大小、句长、填充都不影响它；放在块之前，梯度不用预热也平稳。",
    caveat:
      "只在特征上求统计量，不是在整个样本上。均方根归一化省去均值和平移，在语言模型中效果一样好。",
  },
  "task.sequence/sequence.recurrent": {
    norm: "层归一化",
    reason: "每个时间步、每种长度，算法都一样。",
    caveat: "批归一化则要为每个时间步各备一套统计量。",
  },
  "task.sequence/sequence.windows": {
    norm: "批归一化",
    reason: "窗口长度相同，就没有填充；每个通道在批次和时间上合并统计。",
    caveat: "通道在第二维：[N, C, L]。有填充时用 batchNorm(x, { mask })；批量小时用组归一化。",
  },
  "task.style/style.fixed": {
    norm: "实例归一化",
    reason: "它去掉每张图片自身的对比度和风格，保留布局，而布局就是内容。",
    caveat: "它前面的卷积若有偏置，这个偏置不起作用。特征图只有一个值时，它拒绝计算。",
  },
  "task.style/style.picture": {
    norm: "自适应实例归一化",
    reason: "一次计算，就把内容的统计量换成风格特征的统计量。",
    caveat: "它只传递每个通道的均值和方差，不传递更细的东西。",
  },
  "task.style/style.domains": {
    norm: "自适应层实例归一化",
    reason: "每个通道自己学习：实例归一化和层归一化各占多少（arXiv 1907.10830）。",
    caveat: "有的文章把它叫作 AdaLN；如今这个名称指另一种归一化。它的统计量都在单个样本之内。",
  },
  "task.generation/generator.plain": {
    norm: "组归一化",
    reason: "图片大，批量就小；样本之间也不该互相影响。",
    caveat: "如果通道的均值带有必须保留的信息，就不要把它放在那里。",
  },
  "task.generation/generator.conditioned": {
    norm: "自适应层归一化（adaLN-Zero）",
    reason:
      "缩放、平移和门控都由条件给出；门控从 0 开始，所以每个块起初是恒等映射（arXiv 2212.09748）。",
    caveat: "卷积网络可用 FiLM 或条件批归一化。",
  },
  "task.generation/generator.discriminator": {
    norm: "谱归一化",
    reason: "它只靠权重，就限制了输出变化的快慢。",
    caveat: "每步做一次幂迭代；若用批归一化，真实样本与生成样本会互相牵连。",
  },
  "task.tabular/batch.16": {
    norm: "批归一化",
    reason: "各列单位不同，每列用自己的均值和方差。",
    caveat: "先缩放输入本身，而且只用训练集的数值；因此测试数据可能超出 [0, 1]。",
  },
  "task.tabular/batch.0": {
    norm: "隐藏层上的层归一化",
    reason: "每个样本单独计算，不管批量多大。",
    caveat: "不要用在原始的列上：那会把不同的单位混在一起。",
  },
  "task.weights": {
    norm: "权重归一化，或权重标准化",
    reason: "权重的长度和方向分开学习；样本之间互不相干。",
    caveat: "它不约束激活的大小；训练时每一步都要重新计算。",
  },
};
