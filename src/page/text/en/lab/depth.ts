export const depth = {
  heading: "Depth: why normalise at all?",
  lead:
    "A plain net of many layers, without a norm and with two. Make it deeper: the first figure shows at once what " +
    "gradient reaches each layer before training, the second whether the net learns.",
  depth: "Hidden layers",
  activation: "Activation",
  activations: { sigmoid: "sigmoid", tanh: "tanh", relu: "ReLU" },
  norms: { none: "no norm", bn: "batch norm", ln: "layer norm" },
  gradients: "Size of the gradient at each layer",
  layer: "layer",
  training: "Loss in training",
  share: (norm: string, share: string) => `${norm} ${share}`,
  measured: (parts: string) =>
    `The first layer's gradient as a share of the last layer's: ${parts}.`,
  lossOf: (norm: string, loss: string) => `${norm} ${loss}`,
  accuracyOf: (norm: string, accuracy: string) => `${norm} ${accuracy} right`,
  trained: (parts: string) =>
    `Points inside or outside a circle, where chance is a loss of 0.69: ${parts}.`,
};
