// The methods of evenkeel/data.
import type { Family } from "./method.js";

const learned = "nothing: statistics of the training data";
const batch = "no";

export const data = {
  name: "data",
  title: "Scaling of data",
  methods: [
    {
      name: "standard-scaler",
      title: "Standardisation",
      statistics: "mean, variance of each column",
      learned,
      formula: "(x − μ)/σ, constant columns 0",
      tex: "\\frac{x-\\mu}{\\sigma}",
      defaults: "with mean and deviation",
      batch,
      paper: { by: "sklearn.preprocessing.StandardScaler" },
      api: ["data.StandardScaler"],
    },
    {
      name: "min-max-scaler",
      title: "Min–max scaling",
      statistics: "least and largest value of each column",
      learned,
      formula: "(x − min)/(max − min)·(b − a) + a, constant columns a",
      tex: "\\frac{x-\\min}{\\max-\\min}\\,(b-a)+a",
      defaults: "a 0, b 1",
      batch,
      paper: { by: "sklearn.preprocessing.MinMaxScaler" },
      api: ["data.MinMaxScaler"],
    },
    {
      name: "robust-scaler",
      title: "Robust scaling",
      statistics: "median and quartiles of each column",
      learned,
      formula: "(x − median)/(Q₃ − Q₁), constant columns 0",
      tex: "\\frac{x-\\mathrm{median}}{Q_3-Q_1}",
      defaults: "quantiles 25, 75 %",
      batch,
      paper: { by: "sklearn.preprocessing.RobustScaler" },
      api: ["data.RobustScaler"],
    },
    {
      name: "normalize",
      title: "Image normalisation",
      statistics: "given mean and deviation of each channel",
      learned: "nothing",
      formula: "(x − μ)/σ",
      tex: "\\frac{x-\\mu}{\\sigma}",
      defaults: "",
      batch,
      paper: { by: "torchvision.transforms.Normalize" },
      api: ["data.Normalize", "data.normalizeImages"],
    },
  ],
} satisfies Family;
