export const ranks = {
  head: ["归一化", "测试准确率", "末尾损失", "进程间差异", "集合通信次数", "KB/步", "毫秒/步"],
  held: (images: number, ranks: number) => `${ranks} 个进程，每个进程每步 ${images} 张图片`,
  accuracies: (held: string, list: string) => `${held}：${list}。`,
  plain: (held: string, images: number, accuracy: string, apart: string) =>
    `${held}：批归一化（batch norm）只用 ${images} 张图片的统计量，测试准确率 ${accuracy}，` +
    `各进程的滑动统计量相差可达 ${apart}；`,
  sync: (images: number, accuracy: string) =>
    `同步后用 ${images} 张图片的统计量，测试准确率 ${accuracy}，各进程的统计量`,
  unlearned: (norms: string, steps: number) =>
    `${steps} 步之内 ${norms} 还没有开始学习：步数更多（--epochs、--limit）才能看出结果。`,
  same: "一位不差。",
  differ: (apart: string) => `相差 ${apart}。`,
  explained:
    "末尾损失：最后约 50 步的均值。进程间差异：滑动统计量在两个进程之间的最大差。集合通信次数和字节数：" +
    "一个进程每步的量，包括汇总损失的那一次。",
  title: "同步批归一化补救了什么",
  lead: (width: number, ranks: number, images: number) =>
    `同一个网络 NormResNet（宽度 ${width}），从相同的权重开始，用相同的图片，由 ${ranks} 个进程训练，` +
    `每个进程每步 ${images} 张图片。`,
  loss: {
    title: "训练损失",
    chart: "训练损失随步数的变化",
    x: "步数",
    y: "损失",
    caption: "经过平滑；所有进程的均值。",
  },
  run: {
    description: "在几个进程（实为本进程的线程）中运行一个模块：代替 mpirun，供学习用",
    module: "调用 initProcessGroup() 的 JavaScript 模块",
    arguments: "它在 process.argv 中得到的参数",
    local: "进程数",
  },
  bench: {
    description: "测量各进程之间梯度求和的用时，由 mpirun 启动或用线程",
    distributed: "mpi，或 local:4（四个线程）",
    size: (ranks: number, version: string) => `${ranks} 个进程，${version}`,
    head: ["字节", "all-reduce"],
    backward: (images: number, alone: string, beside: string, after: string) =>
      `这里 ${images} 张图片的反向传播：单独 ${alone}；梯度按 1 MiB 分桶、边反向边求和 ${beside}；` +
      `反向之后再求和 ${after}。`,
    model: (alpha: string, beta: string) =>
      `T = 2(p − 1)·α + 2(p − 1)/p·n·β，其中 α = ${alpha} 微秒，β = ${beta} 纳秒/字节`,
    paper: "推算：宽度 64 的 NormResNet（1,557,066 个参数）的梯度：",
    paperHead: ["进程数", "all-reduce", "占一步的"],
  },
} as const;
