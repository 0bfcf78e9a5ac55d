import type { Family } from "./method.js";

const batch = "no";

export const weights = {
  name: "weights",
  title: "Norms of weights",
  methods: [
    {
      name: "ws",
      title: "Weight standardisation",
      statistics: "mean, variance of each filter",
      learned: "the weight w",
      formula: "(w − μ)/(σ + ε), σ² unbiased",
      tex: "\\frac{w-\\mu}{\\sigma+\\varepsilon}",
      defaults: "ε 1e-5; StdConv2d: (w − μ)/√(σ² + ε), σ² biased, ε 1e-6",
      batch,
      paper: { by: "Qiao et al. 2019", arXiv: "1903.10520" },
      api: ["weightStandardization", "nn.weightStandardization", "nn.StdConv2d"],
    },
    {
      name: "sws",
      title: "Scaled weight standardisation",
      statistics: "mean, variance of each filter",
      learned: "the weight w, g [filters]",
      formula: "g·γ·(w − μ)/√max(fanIn·σ², ε)",
      tex: "g\\,\\gamma\\,\\frac{w-\\mu}{\\sqrt{\\max(n_\\mathrm{in}\\,\\sigma^2,\\varepsilon)}}",
      defaults: "γ 1, ε 1e-4; ScaledStdConv2d: √(fanIn·(σ² + ε)), ε 1e-6",
      batch,
      paper: { by: "Brock, De, Smith 2021", arXiv: "2101.08692" },
      api: ["scaledWeightStandardization", "nn.scaledWeightStandardization", "nn.ScaledStdConv2d"],
    },
    {
      name: "wn",
      title: "Weight norm",
      statistics: "2-norm of each filter",
      learned: "g [filters], v",
      formula: "g·v/‖v‖₂",
      tex: "g\\,\\frac{v}{\\Vert v\\Vert_2}",
      defaults: "g ‖w‖₂ of the weight it is put on",
      batch,
      paper: { by: "Salimans, Kingma 2016", arXiv: "1602.07868" },
      api: ["weightNorm", "weightLengths", "nn.weightNorm"],
    },
    {
      name: "spectral",
      title: "Spectral norm",
      statistics: "largest singular value of the weight",
      learned: "the weight w",
      formula: "w/(uᵀ·w·v), u and v by power iteration",
      tex: "\\frac{w}{\\sigma_\\mathrm{max}(w)}",
      defaults: "1 iteration a step, ε 1e-12",
      batch,
      paper: { by: "Miyato et al. 2018", arXiv: "1802.05957" },
      api: ["spectralNorm", "nn.spectralNorm"],
    },
  ],
} satisfies Family;
