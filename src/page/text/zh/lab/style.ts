export const style = {
  heading: "风格：为什么用实例归一化，而不是批归一化",
  lead:
    "每张特征图的均值和方差承载着图片的风格。实例归一化把每张图片自己的均值和方差去掉，小网络就能换上别的；批归一化把一个批次里的图片混在一起。AdaIN 不用训练，一步就换好。" +
    "拖动图片上的分界线；网络训练时可以改变风格的权重。",
  painter: "由谁重画",
  painters: { adain: "AdaIN", in: "实例归一化", bn: "批归一化" },
  weight: "风格的权重",
  progress: (step: number, steps: number) => `第 ${step} 步，共 ${steps} 步`,
  content: "图片",
  manner: "要模仿的风格",
  choose: "选择图片",
  own: "PNG、JPEG 或 WebP，选择或拖到这里。图片不离开这台机器。",
  useDrawn: "换回画出来的图片",
  result: (painter: string) => `重画：${painter}`,
  soon: "还没有画：马上就好。",
  none: "还没有画：请按“运行”。",
  split: "重画的部分",
  save: "存为 PNG",
  loss: "风格损失",
  lossOf: (painter: string, loss: string) => `${painter} ${loss}`,
  told: (parts: string) => `与风格图的距离（0 是它自己）：${parts}。`,
  refused: {
    unreadable: (name: string) => `${name} 不是这个浏览器能读的图片。请用 PNG、JPEG 或 WebP。`,
    huge: (name: string) => `${name} 太大：最多 50 MB、1 亿像素。`,
    narrow: (name: string) => `${name} 太小或太狭长：长边缩到 160 像素时，短边至少要有 48 像素。`,
  },
};
