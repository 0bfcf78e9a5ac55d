const file = ".pth、.pt、.safetensors、.safetensors.index.json、.npz 或 .npy 文件";

export const inspect = {
  description: "检查权重文件里的归一化层，指出问题",
  file,
  json: "输出 JSON，不输出表格",
  out: "另把带直方图的网页 index.html 和 results.json 写到这个目录",
  head: ["层", "种类", "通道", "γ", "β", "均值", "方差", "诊断"],
  whole: "（整个文件）",
  of: (channels: number) => `（${channels}）`,
  found: (file: string, layers: number, tensors: number) =>
    `${file}：${tensors} 个张量中有 ${layers} 个归一化层`,
  title: (file: string) => `${file} 的归一化层`,
  caption: "最小值和最大值，以及其间各处有多少个值。",
} as const;

export const fold = {
  description: "把批归一化折叠进前面的权重（只在确有把握时）",
  file,
  out: "结果，.safetensors 或 .npz；折叠的归一化层不再出现",
  eps: "归一化的 eps：PyTorch 为 1e-5，Keras 为 1e-3",
  dtype: "以 f32、f16 或 bf16 写出",
  folded: (norm: string, weight: string) => `已折叠  ${norm} 并入 ${weight}`,
  kept: (norm: string, why: string) => `保留    ${norm}：${why}`,
  damaged: "它已损坏（evenkeel inspect 会指出）",
  type: "权重不是浮点数",
  overflow: "乘积超出 float32 的范围",
  epsMatters: (count: number, eps: string) =>
    `折叠的层中有 ${count} 个方差很小，eps 有影响；所用的是 ${eps}。`,
  done: (folded: number, kept: number, out: string) =>
    `折叠了 ${folded} 个批归一化，保留 ${kept} 个：${out}`,
  none: "没有可以折叠的批归一化；什么也没有写",
} as const;

export const convert = {
  description: "把权重文件里的张量写成 .safetensors 或 .npz",
  file,
  out: "结果，.safetensors 或 .npz",
  infinite: (count: number, dtype: string) => `${count} 个值超出 ${dtype} 的范围，变成了无穷大。`,
  done: (tensors: number, out: string) => `${tensors} 个张量：${out}`,
} as const;
