/** A claim of the five source articles that does not hold. */
export interface Correction {
  id: string;
  /** The article and its section. */
  where: string;
  claim: string;
  truth: string;
  /** The experiments that show the error. */
  shownBy: readonly string[];
}

/** The articles, all in Chinese, by their numbers in this file. */
export const articles: Readonly<Record<string, string>> = {
  "000": "Six normalisations in summary",
  "001": "How batch and layer norm differ",
  "002": "Understanding batch and layer norm, with PyTorch",
  "003": "PyTorch in practice: batch, layer, instance and group norm",
  "004": "Notes on normalisation and regularisation",
};

const row = (
  id: string,
  where: string,
  claim: string,
  truth: string,
  ...shownBy: string[]
): Correction => ({ id, where, claim, truth, shownBy });

/** The claims of the five articles that do not hold, each with what does. */
export const corrections: readonly Correction[] = [
  row(
    "W1",
    "003 §1.1",
    "Group norm is for large batches, batch norm for small ones.",
    "The two are swapped: batch norm needs a large batch, group norm is for small ones, as the article's own " +
      "conclusions say.",
    "compare",
    "choose",
  ),
  row(
    "W2",
    "003 §2.2",
    "After group norm every group's mean is near 0; printed are ±0.0356.",
    "Printed were the means per channel. Per group they are 0; the channels of a group of two are exact opposites.",
    "layers",
  ),
  row(
    "W3",
    "003 §2.2",
    "The variance after a norm should be 1; 1.0001 and 1.0009 are printed without a reason.",
    "torch.var divides by m − 1: m/(m − 1) · σ²/(σ² + ε) is printed. The biased variance is σ²/(σ² + ε), " +
      "0.99988 for each of the four layers.",
    "layers",
  ),
  row(
    "W4",
    "003 §2.2",
    "A comment says three channels.",
    "The tensor has four, and a group norm of two groups could not take three.",
    "layers",
  ),
  row(
    "W5",
    "003",
    "Layer norm is group norm with one group.",
    "True of the statistics only: LayerNorm([C, H, W]) has C·H·W scales and as many shifts, GroupNorm(1, C) " +
      "has C of each.",
    "layers",
    "compare",
  ),
  row(
    "W6",
    "000, 003",
    "Layer norm reduces over (C, H, W), the whole sample.",
    "Three reductions share the name: the whole sample, each token over its features (Transformers), each " +
      "pixel over its channels (ConvNeXt).",
    "layers",
  ),
  row(
    "W7",
    "003 §4.1",
    "The hand-written batch norm agrees with PyTorch's.",
    "Its output does; its running variance does not: PyTorch stores the unbiased variance (0.9993 where the " +
      "article's prints 0.9992). It also lacks momentum=None, affine, eps, other ranks and the batch counter.",
    "running-stats",
  ),
  row(
    "W8",
    "003 §5.1",
    "Test accuracies of 92.3, 90.1, 88.5 and 91.7 % and times of 1.0 to 1.2×.",
    "The printed code cannot give them: it has no test set, no clock, five epochs, and never trains instance " +
      "norm. Here every figure is measured.",
    "compare",
  ),
  row(
    "W9",
    "003 §5.1",
    "With batch 1 batch norm collapses and the others are stable.",
    "With more than one position per map batch norm trains, as an instance norm whose running statistics are " +
      "noisy; with one value per channel it refuses, and so does instance norm. Evaluation with batch 1 is " +
      "always fine.",
    "compare",
  ),
  row(
    "W10",
    "003 §5.2",
    "Instance norm removes content.",
    "It removes each map's mean and variance, which carry style and contrast; the layout, which is the content, stays.",
    "choose",
  ),
  row(
    "W11",
    "003 §1.1",
    "A column for memory, without figures.",
    "All save their input for the backward pass, the same order of memory; the statistics beside it are " +
      "small. Batch norm alone folds into the convolution for inference.",
    "compare",
  ),
  row(
    "W12",
    "003",
    "The net is called NormResNet.",
    "It has no residual connection: four convolutions in a row.",
    "compare",
  ),
  row(
    "W13",
    "003 §3.2",
    "The style net's convolutions have biases before instance norm.",
    "Those 1,600 biases are dead: the norm subtracts them and their gradient is 0.",
    "style",
  ),
  row(
    "W14",
    "003 §3.3",
    "An encoder block, with a causal mask of shape [1, T, T]; post-norm as the Transformer.",
    "A causal mask makes a decoder; a mask [B, T, T] would broadcast against the heads; pre-norm is the more " +
      "stable form (arXiv 2002.04745).",
    "transformer",
  ),
  row(
    "W15",
    "000 §1",
    "Batch norm works over all channels of the batch.",
    "Each channel has statistics of its own, over batch and positions.",
    "layers",
  ),
  row(
    "W16",
    "000 §5",
    "Weight norm adds no computation.",
    "Training computes g·v/‖v‖ in every step; only inference is free, once folded.",
    "choose",
  ),
  row(
    "W17",
    "000 §6",
    "AdaLN uses statistics within and between samples.",
    "All are within one sample. What the article describes is AdaLIN (arXiv 1907.10830); AdaLN today means a " +
      "layer norm with scale and shift from a condition (arXiv 2212.09748).",
    "choose",
  ),
  row(
    "W18",
    "000 §4",
    "Group norm is good for small data sets.",
    "For small batches; the size of the data set does not enter.",
    "choose",
  ),
  row(
    "W19",
    "000 §4",
    "Group norm is more complex than batch norm.",
    "Both are linear in the elements. Batch norm is cheaper at inference, where it folds; its edge at large " +
      "batches is accuracy.",
    "compare",
  ),
  row(
    "W20",
    "000 §2",
    "Layer norm is worse than batch norm on images.",
    "In convolutional nets of that time; ViT, Swin and ConvNeXt use layer norm.",
    "compare",
    "choose",
  ),
  row(
    "W21",
    "001 §2",
    "Batch norm turns the data into a normal distribution.",
    "It shifts and scales: mean 0 and variance 1, but skewness, kurtosis and every other feature of the " +
      "shape are what they were.",
    "gradients",
  ),
  row(
    "W22",
    "001, 004",
    "Norms help because they reduce internal covariate shift.",
    "That was the first hypothesis; a smoother loss surface is the better supported one (arXiv 1805.11604).",
    "gradients",
  ),
  row(
    "W23",
    "001 §4",
    "Training uses the batch, and “training” the statistics of all samples.",
    "The second is inference, and it uses a moving average that forgets; only momentum=None gives the " +
      "average over all batches.",
    "running-stats",
  ),
  row(
    "W24",
    "001 §3",
    "Batch norm removes differences between features, layer norm those between samples.",
    "A slogan. After batch norm every feature has mean 0 and variance 1 over the batch; after layer norm " +
      "every sample has them over its features.",
    "layers",
  ),
  row(
    "W25",
    "001",
    "The chain rule multiplies by the derivative of a layer's weights.",
    "By the layer's Jacobian: weights times the slope of the activation. The slope, at most 1/4 for a " +
      "sigmoid, is what makes gradients vanish.",
    "gradients",
  ),
  row(
    "W26",
    "002",
    "PyTorch code to try.",
    "It cannot run: Class, def __ init__, no super().__init__(), forward without self, layers called by " +
      "names they were not given.",
    "padding",
  ),
  row(
    "W27",
    "002",
    "Batch norm does not suit text because positions of different sentences are compared.",
    "BatchNorm1d pools a feature over batch and positions and compares none. What hurts are unsteady batch " +
      "statistics (arXiv 2003.07845) and padding, which masked statistics leave out.",
    "padding",
  ),
  row(
    "W28",
    "002",
    "BatchNorm1d(20) on (N, L).",
    "Three-dimensional input is (N, C, L), channels second. Data of a Transformer, (N, L, C), must be " +
      "transposed, or positions are taken for channels.",
    "padding",
  ),
  row(
    "W29",
    "004",
    "SyncBN is the remedy under nn.DataParallel.",
    "nn.SyncBatchNorm needs DistributedDataParallel; under DataParallel nothing is synchronised.",
    "choose",
  ),
  row(
    "W30",
    "004",
    "Batch norm reduces overfitting and goes before the non-linearity.",
    "The first is a side effect of noise that fades as batches grow; the second is a choice.",
    "gradients",
    "choose",
  ),
  row(
    "W31",
    "004",
    "Weight decay is L2 regularisation.",
    "For plain SGD only (arXiv 1711.05101). Before a norm it only changes the effective step size (arXiv " +
      "1706.05350); scales, shifts and biases are better left out.",
    "choose",
  ),
  row(
    "W32",
    "004",
    "Min–max scaling brings a column to [0, 1].",
    "The training column. Fitted there and applied to test data it can leave [0, 1]; a constant column is " +
      "0/0 unless handled.",
    "choose",
  ),
];

/** The corrections that an experiment shows. */
export const correctionsOf = (experiment: string): Correction[] =>
  corrections.filter(({ shownBy }) => shownBy.includes(experiment));
