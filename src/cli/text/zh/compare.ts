import { ARTICLE } from "./article.js";

export const compare = {
  description: "用几种归一化训练同一个卷积网络，比较并出报告",
  flags: {
    norms: (known: string) => `比较哪些，如 bn,gn:8+ws,frn，或 all（全部）；可用的有 ${known}`,
    known: (alone: string, behind: string) =>
      `${alone}；可单独使用、也可用 + 接在后面的有 ${behind}`,
    epochs: "遍历训练图片的轮数",
    steps: "小批量训练的步数，代替 --epochs",
    batch: "每步的图片数",
    width: "第一块的通道数",
    seeds: "每种归一化训练几次，种子依次加 1",
    limit: "训练图片、测试图片各至多这么多",
    lr: "Adam 的学习率",
    batch1Samples: "批量为 1 的训练所用的图片数；all 表示与小批量训练相同",
    noBatch1: "略去一切用单张图片做的事",
    evaluateEvery: "每隔这么多步也评估一次；0 表示不评估",
    probeEvery: "每隔这么多步查看一次网络各块的内部；0 表示不看",
    answers: "每次评估时，记下对前这么多张测试图片的回答",
    checkpoint: "检查点目录：每轮保存一次，并从已有的检查点继续",
    saveEvery: "改为每隔这么多步保存一次",
    distributed: "用多个进程：由 mpirun 启动，或 local:4（四个线程）；比较批归一化与它的同步形式",
    distributedCheck: "每次集合通信之前，核对各进程的调用是否一致",
    data: "CIFAR-10 的二进制文件所在目录，或含 x_train、y_train、x_test、y_test 的 .npz 文件；不给则用程序绘制的图片",
    download: "先把 CIFAR-10 下载到一个目录（默认：evenkeel-data）",
  },
  downloaded: (percent: number, megabytes: string) => `CIFAR-10：${megabytes} MB 的 ${percent} %`,
  head: ["归一化", "参数", "测试准确率", "每轮用时", "内存峰值", "批量 1 评估", "批量 1 训练"],
  time: (seconds: string, times: string) => `${seconds} 秒，${times}`,
  note: (norms: string, note: string) => `${norms}：${note}`,
  all: "全部",
  stopped: (done: number, planned: number) => `${planned} 次训练完成了 ${done} 次。`,
  unfinished: (norm: string, seed: number, step: number) =>
    `${norm}（种子 ${seed}）进行到第 ${step} 步。`,
  stoppedLine: (how: string) => `已停止：${how}`,
  stoppedEarly: (how: string) => `提前停止：${how}`,
  title: (n: number) => `同一个网络，${n} 种归一化`,
  summary: (accuracies: string, more: boolean) => `测试准确率：${accuracies}${more ? "……" : ""}。`,
  net: (width: number, images: string, data: string) =>
    `NormResNet（宽度 ${width}），数据为 ${images} 张图片（${data}），`,
  given: "给定的数据",
  the: "全部",
  training: (length: string, batch: number, seeds: string) =>
    `用 Adam 训练 ${length}，批量大小 ${batch}，${seeds}；`,
  same: "每种归一化（normalization）都从相同的卷积权重开始，用相同的小批量。",
  epochs: (n: number) => `${n} 轮`,
  loss: {
    title: "损失",
    chart: "训练损失随步数的变化",
    x: "训练步数",
    y: "交叉熵（奈特）",
    cut: (most: number) => `交叉熵（奈特），超过 ${most} 的部分截去`,
    caption: "粗线：滑动平均。细线：每次训练的原始值。",
    captionOfMean: "粗线：各种子的均值的滑动平均。细线：每次训练的原始值。",
  },
  accuracy: {
    title: "准确率",
    chart: "各归一化的测试准确率",
    x: "测试准确率（%）",
    batches: "用小批量训练",
    batch1: "用批量 1 训练",
    caption: "误差线：各种子的一个标准差。",
  },
  table: {
    title: "表格",
    caption: (notes: string) =>
      "用时给出绝对值，以及相对于第一种归一化的倍数。内存峰值：一个训练步中同时占用最多的内存。" +
      "最后两列：训练好的网络每次只看一张图片；每步只用一张图片训练网络。" +
      `${notes}。`,
  },
  onTheWay: {
    title: "训练途中的准确率",
    chart: "测试准确率随步数的变化",
    line: (norm: string, seed: number) => `${norm} 种子 ${seed}`,
    again: "颜色有重复。",
  },
  blocks: {
    title: "各块内部",
    head: ["归一化", "块", "‖梯度‖，最初 → 最后", "最后的输出"],
    run: (norm: string, seed: number) => `${norm}，种子 ${seed}`,
    caption:
      "‖梯度‖：损失对一块全部权重的梯度。输出：激活之后的均值 ± 标准差。每次查看的直方图在 results.json 里。",
  },
  article: {
    title: `与文章${ARTICLE}的表格对照`,
    norm: "归一化",
    columns: ["测试准确率", "每轮用时", "批量 1", "内存"],
    there: (column: string) => `${column}：文章`,
    here: "实测",
    collapses: "崩溃",
    stable: "稳定",
    caption:
      "文章的数字不可能出自它的代码：那份代码既不测测试准确率，也不计时，也没有训练实例归一化；最多只能比较名次。" +
      "这里的“批量 1”是用单张图片训练之后的测试准确率。文章的内存一列是空的；这里的内存峰值包括参数、梯度、" +
      "Adam 的两个矩、激活和小批量本身。每种归一化都要为反向传播保存输入，相比之下统计量微不足道。",
  },
} as const;
