export const norms = {
  heading: "您自己网络里的归一化层",
  lead: "按名称找出归一化层，并指出看上去不对的地方：死通道、从未训练过的统计量、NaN。文件就在这台机器上读取，而且只读归一化层。",
  file: "检查点",
  choose: "选择文件",
  hint: "一个 .safetensors 文件，或者它的全部分片连同 index.json；可以选择，也可以拖到这里。",
  reading: (files: string) => `正在读取 ${files} …`,
  example: "示例：一个虚构的、有毛病的检查点",
  found: (layers: number, tensors: number) => `归一化层 ${layers} 个，张量共 ${tensors} 个。`,
  unread: (count: number, first: string) =>
    `其中 ${count} 层的数值没有读取（从 ${first} 起）：数量太多，或类型未知。`,
  which: "显示",
  all: (count: number) => `全部 ${count} 层`,
  conspicuous: (count: number) => `只看可疑的：${count} 层`,
  rest: (count: number) => `再显示 ${count} 层`,
  head: ["层", "γ", "β", "滑动均值", "滑动方差", "判断"],
  whole: "（整个文件）",
  layer: (kind: string, channels: number) => `${kind}，${channels} 个通道`,
  of: (channels: number) => `（${channels} 个通道）`,
  levels: { error: "错误", warning: "警告", note: "说明" },
  command: "命令行也可以，而且能读 .pth 和 .npz：",
  refused: {
    unreadable: (files: string) => `${files} 无法读取：它是文件夹，还是已被移走？`,
    zip: (files: string) =>
      `${files} 是 zip 压缩包，PyTorch 和 NumPy 会写成这样。下面的命令能读它。`,
    index: (files: string) =>
      `${files} 里没有检查点的索引：请选择 model.safetensors.index.json 和它的分片。`,
    long: (files: string) => `${files}：文件头比任何网络的都长。`,
    other: (files: string) => `${files} 不是 safetensors 文件，或者开头被截断了。`,
    damaged: (files: string) => `${files} 已损坏：文件头与后面的字节对不上。下载完整吗？`,
    missing: (file: string) => `索引里提到 ${file}：请把它和索引一起选择。`,
  },
};
