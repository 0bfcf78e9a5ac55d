export const style = {
  description: "a style-transfer net trained under instance norm, batch norm and none",
  content: "PNG or JPEG to repaint; without: a harbour, drawn by code",
  style: "PNG or JPEG to learn from; without: brushwork, drawn by code",
  size: "pixels of the pictures' longer side",
  which: (names: string) => `what to compare, with commas between: ${names}`,
  lr: "step size of Adam",
  weight: "of style against content",
  seeds: "runs per norm, seeds counting up",
  head: ["", "style loss", "content loss", "s per step"],
  untouched: "the content picture",
  oneShot: "AdaIN in one go",
  once: (seconds: string) => `once ${seconds}`,
  full: (parameters: string, shape: string, ms: string) =>
    `The article's net: ${parameters} parameters, [1, 3, 256, 256] → [${shape}] in ${ms} ms.`,
  title: "Style transfer under instance norm, batch norm and none",
  summary: (losses: string) => `Style loss of the repainted picture: ${losses}.`,
  net: (widths: string, blocks: number) =>
    `StyleTransferNet of widths ${widths} with ${blocks} residual block${blocks === 1 ? "" : "s"}`,
  learns: (crop: number, batch: number, steps: string, seeds: string) =>
    `learns to repaint pieces of ${crop} × ${crop} pixels of the content, ${batch} a step, for ${steps} of Adam, ` +
    `from ${seeds}.`,
  judge:
    "The judge is a pyramid of convolutions whose weights are random and stay so (He, Wang, Hopcroft 2016, arXiv " +
    "1606.04801): Gram matrices for the style, features for the content.",
  pictures: { title: "Pictures", content: "content", style: "style" },
  step: "training step",
  styleLoss: { title: "Style loss", chart: "Style loss over steps" },
  contentLoss: { title: "Content loss", chart: "Content loss over steps" },
  table: {
    title: "Table",
    caption:
      "Of the whole picture, the nets in evaluation mode: batch norm then uses its running statistics. AdaIN in one " +
      "go: means and deviations of the style put into orthogonal random features of the content, undone by the " +
      "transposed convolution; nothing is trained.",
  },
} as const;
