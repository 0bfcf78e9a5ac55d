import { createNorm } from "../../nn/create-norm.js";
import type { Module } from "../../nn/module.js";
import { LayerNorm, RMSNorm } from "../../nn/norm.js";
import { RevIN } from "../../nn/rev-in.js";
import { LayerScale, QKNorm } from "../../nn/scale-norm.js";
import { conditionals } from "./conditions.js";
import { type Made, madeOf, type Site } from "./made.js";

const vectors: Record<string, (site: Site) => Module> = {
  revin: ({ shape, runtime }) => new RevIN(shape[1], { runtime }),
  "layer-norm": ({ shape, runtime }) => new LayerNorm(shape[1], { runtime }),
  "rms-norm": ({ shape, runtime }) => new RMSNorm(shape[1], { eps: 2 ** -23, runtime }),
  "qk-norm": ({ shape: [, , h, w], runtime }) => new QKNorm(h * w, { runtime }),
  "layer-scale": ({ shape, runtime }) => new LayerScale(shape[1], { runtime }),
};

/** The usual ε of layers that do not tell theirs. */
const usualEps: Record<string, number> = { mvn: 1e-18, pn: 1e-5, pixel: 1e-8, unit: 1e-12 };

/** A fresh layer of a method for feature maps or vectors, and the condition that it needs. */
export function makeLayer(norm: string, site: Site): Made {
  const conditional = Object.hasOwn(conditionals, norm) && conditionals[norm];
  if (conditional) return conditional(site);
  if (Object.hasOwn(vectors, norm)) return madeOf(vectors[norm](site), { tokens: true });
  const { shape, runtime } = site;
  return madeOf(createNorm(norm, shape[1], { eps: usualEps[norm], runtime }));
}
