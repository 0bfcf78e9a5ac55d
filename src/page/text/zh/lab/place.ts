export const place = {
  heading: "位置：Transformer 里归一化放在哪里",
  lead:
    "两个小语言模型学着把一段文字写下去。一个把归一化放在每次求和之后（post，后置），另一个放在每个子层之前（pre，前置）。用这个学习率，后置的只学到每个字母出现的频率。" +
    "一开始就用较低的学习率，或者加上预热、减少块数，它也学得会。训练途中可以改变学习率。",
  variants: "变体",
  names: {
    "post-ln": "后置，层归一化",
    "pre-ln": "前置，层归一化",
    "pre-rms": "前置，RMS 归一化",
    "pre-dyt": "前置，DyT",
    "pre-bn": "前置，批归一化",
  },
  layers: "块数",
  warmup: "预热步数",
  text: "自己的文字",
  textHint:
    "超过 330 个字符，粘贴在这里；留空则用我们自己写的一份航海日志（英文）。文字不离开这台机器。",
  training: "训练损失（奈特/字符）",
  gradients: "训练前各块的梯度",
  block: "块",
  each: (variant: string, value: string) => `${variant} ${value}`,
  now: (parts: string) => `现在：${parts}。`,
  heldOut: (parts: string) => `在留出的文字上：${parts}。`,
  measured: (parts: string) => `末块 ÷ 首块：${parts}。`,
  writes: "它们写的文字",
};
