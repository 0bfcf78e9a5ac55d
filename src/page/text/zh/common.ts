export const common = {
  language: "zh-Hans",
  other: "English",
  documents: {
    main: {
      name: "观察与训练",
      title: "evenkeel：看得见、弄得坏、训练得了的归一化",
      heading: "看得见、弄得坏、训练得了的归一化",
      lead:
        "批归一化（batch norm）、层归一化（layer norm）、实例归一化（instance norm）、组归一化（group " +
        "norm）以及另外四十多种方法，都由一个真正的库在您的浏览器里计算。最先看到的结果，是制作本页时由同一个库算好的。没有任何数据离开本页。",
    },
    lab: {
      name: "实验室",
      title: "evenkeel：归一化实验室",
      heading: "归一化实验室",
      lead: "用实验看归一化做了什么，并与教程的说法对照。实验进行时可以拉动调节杆，结果立刻跟着变。没有任何数据离开本页。",
    },
  },
  nav: "章节",
  sections: {
    see: "观察",
    break: "弄坏它",
    train: "训练",
    choose: "选择",
    depth: "深度",
    statistics: "滑动统计量",
    padding: "填充",
    place: "位置",
    style: "风格",
  },
  more: "更多设置",
  link: "复制链接",
  copied: "已复制",
  notCopied: "这里无法复制",
  copy: "复制",
  percent: "%",
  repaired: (names: string) => `链接里有不可能的值（${names}），已换成通常的值。`,
  fromDisk:
    "从磁盘打开时，本页只显示制作时算好的结果：浏览器不从磁盘载入程序。请打开 evenkeel.html（全部内容在这一个文件里），或者运行 npx evenkeel page。",
  noScript: "没有 JavaScript 时，本页显示制作时算好的结果；调节需要 JavaScript。",
  noEngine: {
    old: "这个浏览器缺少 WebAssembly SIMD 或别的必需功能，无法在这里计算。Chrome 110、Firefox 115、Safari 16.4 起全都具备。已记录的结果仍然可看。",
    other: (reason: string) => `计算引擎无法启动：${reason}。已记录的结果仍然可看。`,
  },
  incomplete: "本页的一部分无法载入：那里显示的是制作本页时算好的结果。",
  failed: { start: "它的工作线程无法启动", silence: "它的工作线程没有回应" },
  footer: "每个数在任何机器上都算得一位不差。MIT 许可证。",
  refused: {
    unknownNorm: (name: string) => `没有名为“${name}”的归一化。`,
    divides: (spec: string, channels: string) => `${spec}：这个数必须整除 ${channels} 个通道。`,
    argument: (spec: string) => `${spec}：冒号后面要有一个从 1 起、与通道数相配的整数。`,
    noNumber: (spec: string) => `${spec}：这种归一化不带数字。`,
    alone: (name: string) => `${name} 不能直接放在卷积后面，这里却需要这样。`,
    tokens: "这种归一化至少需要两个位置：它按位置数的对数缩放。",
    oneValue:
      "样本和位置都只有一个时，每个统计量只来自一个值，PyTorch 也会拒绝。请增加样本数或位置数。",
    numbers: (expected: number, got: number) => `需要 ${expected} 个数，得到 ${got} 个。`,
    notNumbers: (word: string) => `“${word}”不是数。`,
    text: (least: string, got: string) => `文字要多于 ${least} 个字符，现在有 ${got} 个。`,
    memory: "内存不够。",
    other: (message: string) => `被拒绝：${message}`,
  },
};
