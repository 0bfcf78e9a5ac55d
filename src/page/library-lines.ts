// How other libraries write a method. Only what is known to exist there stands here.
import type { DescriptionsByName } from "../experiments/methods/descriptions.js";

export interface Lines {
  /** Where the name alone does not say it. */
  evenkeel?: string;
  pytorch?: string;
  keras?: string;
}

export const lines: Partial<Record<keyof DescriptionsByName, Lines>> = {
  bn: {
    evenkeel: "new nn.BatchNorm2d(C)",
    pytorch: "nn.BatchNorm2d(C)",
    keras: "layers.BatchNormalization(axis=1)",
  },
  "frozen-bn": { pytorch: "torchvision.ops.FrozenBatchNorm2d(C)" },
  ln: {
    evenkeel: "new nn.GroupNorm(1, C)",
    pytorch: "nn.GroupNorm(1, C)",
    keras: "layers.GroupNormalization(1, axis=1)",
  },
  in: {
    evenkeel: "new nn.InstanceNorm2d(C)",
    pytorch: "nn.InstanceNorm2d(C)",
    keras: "layers.GroupNormalization(-1, axis=1, center=False, scale=False)",
  },
  "in-affine": {
    evenkeel: "new nn.InstanceNorm2d(C, { affine: true })",
    pytorch: "nn.InstanceNorm2d(C, affine=True)",
    keras: "layers.GroupNormalization(-1, axis=1)",
  },
  gn: {
    evenkeel: "new nn.GroupNorm(G, C)",
    pytorch: "nn.GroupNorm(G, C)",
    keras: "layers.GroupNormalization(G, axis=1)",
  },
  "layer-norm": { pytorch: "nn.LayerNorm(C)", keras: "layers.LayerNormalization()" },
  ln2d: {
    evenkeel: "new nn.LayerNorm2d(C)",
    pytorch: "torchvision.models.convnext.LayerNorm2d(C)",
    keras: "layers.LayerNormalization(axis=1)",
  },
  "rms-norm": { pytorch: "nn.RMSNorm(C)", keras: "layers.RMSNormalization()" },
  rms: { evenkeel: "new nn.RMSNorm2d(C)", keras: "layers.RMSNormalization(axis=1)" },
  unit: { pytorch: "F.normalize(x, dim=1)", keras: "layers.UnitNormalization(axis=1)" },
  lrn: { pytorch: "nn.LocalResponseNorm(size)" },
  wn: { pytorch: "nn.utils.parametrizations.weight_norm(layer)" },
  spectral: {
    pytorch: "nn.utils.parametrizations.spectral_norm(layer)",
    keras: "layers.SpectralNormalization(layer)",
  },
  normalize: {
    pytorch: "transforms.Normalize(mean, std)",
    keras: "layers.Normalization(mean=…, variance=…)",
  },
  "standard-scaler": { keras: "layers.Normalization()" },
  none: { pytorch: "nn.Identity()", keras: "layers.Identity()" },
};
