export const gradients = {
  description: "a deep net's gradients, saturation and training with and without norms",
  depth: "hidden layers",
  width: "of a layer",
  lr: "step size of SGD",
  head: ["activation", "norm", "first layer", "last layer", "last ÷ first", "flat", "accuracy"],
  explained: (gain: number, steps: number) =>
    "First and last layer: the gradient's norm in the fresh net. Flat: activations whose slope is below a " +
    "twentieth of " +
    `the largest, with\nweights ${gain} times as large. Accuracy: after ${steps} steps, chance is 50 %.`,
  bare: (full: string, bare: string) =>
    `The sigmoid net with batch norm gets ${full} right with scale and shift, ${bare} without.`,
  title: "What a norm does to gradients",
  summary: (depth: number, none: string, bn: string, ln: string) =>
    `In a sigmoid net of ${depth} layers the last layer's gradient is ${none} times the first one's; ` +
    `with batch norm ${bn} times, with layer norm ${ln} times.`,
  lead: (depth: number, width: number, seed: number) =>
    `A net of ${depth} layers of ${width}, PyTorch's initial weights from seed ${seed}, that tells points inside a ` +
    "circle from points outside: with sigmoid, tanh and ReLU, without a norm and with batch or layer norm before " +
    "each " +
    "activation.",
  perLayer: {
    title: "Gradient norm per layer",
    chart: (activation: string) => `Gradient norm per layer, ${activation}`,
    x: "layer",
    y: "gradient norm",
    caption: (batch: number) =>
      `‖∂loss/∂W‖ of each layer's weights in the fresh net, on ${batch} points. A layer passes the gradient on times ` +
      "its Jacobian: its weights times the slope of its activation, for a sigmoid at most 1/4. Batch norm keeps " +
      "gradients level with all three, layer norm with tanh and ReLU only.",
  },
  saturation: {
    title: "Saturation",
    chart: (activation: string) => `Histogram of activations, ${activation}`,
    x: (activation: string) => `output of the ${activation}`,
    y: "share of outputs (%)",
    caption: (layer: number, gain: number) =>
      `Outputs of layer ${layer} with initial weights ${gain} times as large. Without a norm they crowd at the ends, ` +
      "where the slope is next to nothing; a norm takes the scale of weights and inputs away.",
  },
  numbers:
    "First and last layer: gradient norms as above. Flat: share of activations, over all layers, whose slope is " +
    "below " +
    "a twentieth of the largest, with the larger weights (half of a ReLU's are flat by design). Accuracy: after " +
    "training, below; chance is 50 %.",
  training: {
    title: "Training",
    chart: (activation: string) => `Training loss, ${activation}`,
    x: "training step",
    y: "cross-entropy (nats)",
    bare: (norm: string) => `${norm}, bare`,
    caption: (lr: number, steps: number, batch: number) =>
      `Smoothed. SGD with momentum 0.9 and step size ${lr}, ${steps} steps of ${batch} points; ln 2 = 0.693 is ` +
      "guessing, and some lines lie on each other there. Bare: without scale and shift.",
  },
  restored: {
    title: "What scale and shift restore",
    line: "R² of a straight line",
    chart: "How linear a sigmoid is behind a norm, by the norm's scale",
    x: "scale γ of the norm",
    caption: (share: string, deviation: string, mean: string, error: string) =>
      `Standardised inputs meet the middle of the sigmoid: a straight line explains ${share} of what it does to ` +
      "them. " +
      "Scale and shift let the net have the bend back. At the far end they undo the norm: with γ = √(σ² + ε) = " +
      `${deviation} and β = μ = ${mean} the output is the input to within ${error}.`,
  },
  shapes: {
    title: "Standardised is not normal",
    head: ["input", "", "mean", "variance", "skewness", "excess kurtosis"],
    names: { uniform: "uniform", exponential: "exponential", "two humps": "two humps" },
    before: "before",
    after: "after",
    caption:
      "Batch norm sets mean and variance; skewness and excess kurtosis, 0 for a normal distribution, stay what they " +
      "were.",
  },
} as const;
