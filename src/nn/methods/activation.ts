import { Derf, DyT } from "../dyt.js";
import { EvoNormB0, EvoNormS0 } from "../evonorm.js";
import { FRN } from "../frn.js";
import { Identity } from "../identity.js";
import type { Family } from "./method.js";

const batch = "no";
const activates = true;

/** The largest power of two up to 32 that divides the channels. */
function groupsOf(channels: number): number {
  let groups = 32;
  while (channels % groups !== 0) groups /= 2;
  return groups;
}

export const activation: Family = {
  name: "activation",
  title: "With the activation, or in the place of a norm",
  methods: [
    {
      name: "frn",
      title: "Filter response norm with TLU",
      statistics: "mean of squares of each channel of each sample over H, W",
      learned: "γ, β, τ [C]",
      formula: "max(γ·x/√(mean x² + ε) + β, τ)",
      defaults: "τ 0, ε 1e-6, or learned",
      batch,
      paper: { by: "Singh, Krishnan 2019", arXiv: "1911.09737" },
      api: ["frn", "nn.FRN"],
      make: (channels, options) => new FRN(channels, options),
      activates,
    },
    {
      name: "evonorm-b0",
      title: "EvoNorm-B0",
      statistics: "variance of each channel over N, H, W, and over H, W",
      learned: "γ, β, v [C]",
      formula: "γ·x/max(√(σ²_NHW + ε), v·x + √(σ²_HW + ε)) + β",
      defaults: "v 1, ε 1e-3, momentum 0.1",
      batch: "in training",
      paper: { by: "Liu, Brock, Simonyan, Le 2020", arXiv: "2004.02967" },
      api: ["evonormB0", "nn.EvoNormB0"],
      make: (channels, options) => new EvoNormB0(channels, options),
      activates,
    },
    {
      name: "evonorm-s0",
      title: "EvoNorm-S0",
      statistics: "variance of a group of channels of each sample over H, W",
      learned: "γ, β, v [C]",
      formula: "γ·x·sigmoid(v·x)/√(σ² + ε) + β",
      defaults: "32 groups (in specs fewer where 32 does not divide C), v 1, ε 1e-5",
      batch,
      paper: { by: "Liu, Brock, Simonyan, Le 2020", arXiv: "2004.02967" },
      api: ["evonormS0", "nn.EvoNormS0"],
      argument: { means: "groups", usual: groupsOf, divides: true },
      make: (channels, options, groups) => new EvoNormS0(channels, { ...options, groups }),
      activates,
    },
    {
      name: "dyt",
      title: "Dynamic tanh",
      statistics: "none",
      learned: "α [1], γ, β [C]",
      formula: "γ·tanh(α·x) + β",
      defaults: "α 0.5",
      batch,
      paper: { by: "Zhu, Chen, He, LeCun, Liu 2025", arXiv: "2503.10622" },
      api: ["dyt", "nn.DyT"],
      make: (channels, options) => new DyT(channels, { ...options, layout: "nchw" }),
    },
    {
      name: "derf",
      title: "Dynamic erf",
      statistics: "none",
      learned: "α, s [1], γ, β [C]",
      formula: "γ·erf(α·x + s) + β",
      defaults: "α 0.5, s 0",
      batch,
      paper: { by: "Chen, Lu, Zhu, Sun, Liu 2025", arXiv: "2512.10938" },
      api: ["derf", "nn.Derf"],
      make: (channels, options) => new Derf(channels, { ...options, layout: "nchw" }),
    },
    {
      name: "none",
      title: "No norm",
      statistics: "none",
      learned: "nothing",
      formula: "x",
      defaults: "",
      batch,
      api: ["nn.Identity"],
      make: () => new Identity(),
    },
  ],
};
