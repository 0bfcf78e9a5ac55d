/** What the commands of checkpoints say. */
const file = "a .pth, .pt, .safetensors, .safetensors.index.json, .npz or .npy file";

export const inspect = {
  description: "looks at a checkpoint's normalisation layers and says what is wrong",
  file,
  json: "print JSON in place of the table",
  out: "also write a page with histograms, index.html, and results.json there",
  head: ["layer", "kind", "channels", "γ", "β", "mean", "variance", "verdict"],
  /** Of a layer without a key. */
  whole: "(whole file)",
  of: (channels: number) => ` (${channels})`,
  found: (file: string, layers: number, tensors: number) =>
    `${file}, tensors: ${tensors}, normalisation layers: ${layers}`,
  title: (file: string) => `The norms of ${file}`,
  caption: "Smallest and largest values, and how many lie where between them.",
} as const;

export const fold = {
  description: "folds batch norms into the weights in front of them, where that is certain",
  file,
  out: "the result, .safetensors or .npz; its layers have no such norms any more",
  eps: "that of the norms: 1e-5 in PyTorch, 1e-3 in Keras",
  dtype: "write numbers as f32, f16 or bf16",
  folded: (norm: string, weight: string) => `folded  ${norm} into ${weight}`,
  kept: (norm: string, why: string) => `kept    ${norm}: ${why}`,
  damaged: "it is damaged (evenkeel inspect says how)",
  type: "the weight has no floating-point numbers",
  overflow: "its products go beyond float32",
  epsMatters: (count: number, eps: string) =>
    `Of the folded norms, so many have variances so small that eps matters: ${count}; it was ${eps}.`,
  done: (folded: number, kept: number, out: string) =>
    `Batch norms folded: ${folded}, kept: ${kept}, in ${out}`,
  none: "no batch norm can be folded; nothing written",
} as const;

export const convert = {
  description: "writes a checkpoint's tensors as .safetensors or .npz",
  file,
  out: "the result, .safetensors or .npz",
  infinite: (count: number, dtype: string) =>
    `Values beyond ${dtype}, which became infinite: ${count}`,
  done: (tensors: number, out: string) => `Tensors: ${tensors}, in ${out}`,
} as const;
