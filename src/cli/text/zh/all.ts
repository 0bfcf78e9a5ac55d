export const all = {
  description: "依次运行全部实验，汇成一份报告",
  seed: "所有实验共用的随机种子（默认各用各的）",
  stopped: (done: number, planned: number) => `已停止：${planned} 个实验完成了 ${done} 个。`,
  report: (file: string, seconds: number) => `报告：${file}，用时 ${seconds} 秒`,
  document: "evenkeel：用实验看归一化",
  title: "用实验看归一化",
  lead: "五篇介绍归一化（normalization）层的文章，说了什么、打印了什么，这里逐一运行、测量，错的地方加以纠正。",
  stoppedEarly: (done: number, planned: number) => `提前停止：${planned} 个实验完成了 ${done} 个。`,
  took: (name: string, seconds: string) => `evenkeel ${name}，${seconds} 秒`,
  see: "见实验",
  articles: {
    title: "这些文章",
    about: "五篇中文教程，这里用的是它们的简称；其中有些图片和表格已经丢失。",
  },
} as const;
