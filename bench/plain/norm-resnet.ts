import { plainChannelNorm } from "./channel-norm.js";
import {
  plainAdam,
  plainCrossEntropy,
  plainLinear,
  plainLinearBackward,
  plainPool,
  plainRelu,
  plainReluBackward,
} from "./classifier.js";
import { outputSize, PlainConv } from "./conv2d.js";

/**
 * NormResNet with batch norm in plain TypeScript. `parameters` have the order of the real net: weight, gamma and beta
 * of each block, then weight and bias of the linear layer. The returned function makes one Adam step and returns the
 * loss and the gradients.
 */
export function plainNormResNet(
  x: Float32Array,
  targets: Int32Array,
  size: number,
  width: number,
  parameters: readonly Float32Array[],
  lr: number,
): () => { loss: number; gradients: Float32Array[] } {
  const batch = targets.length;
  const update = plainAdam(parameters, lr);
  let channels = 3;
  let side = size;
  const blocks = [1, 2, 4, 8].map((factor, i) => {
    const sizes = {
      ...{ batch, channels, height: side, width: side },
      ...{ outChannels: factor * width, kernel: 3, stride: i === 0 ? 1 : 2 },
    };
    channels = sizes.outChannels;
    [side] = outputSize(sizes);
    const norm = plainChannelNorm({ batch, channels, length: side * side, groups: 0 }, 1e-5);
    const [weight, gamma, beta] = parameters.slice(3 * i, 3 * i + 3);
    return { conv: new PlainConv(sizes), norm, weight, gamma, beta };
  });
  const [linearWeight, linearBias] = parameters.slice(-2);
  const area = side * side;

  return () => {
    const inputs: Float32Array[] = [];
    let value = x;
    for (const { conv, norm, weight, gamma, beta } of blocks) {
      inputs.push(value);
      value = norm.forward(conv.forward(value, weight), gamma, beta);
      plainRelu(value);
    }
    const last = value;
    const features = plainPool(last, area);
    const logits = plainLinear(features, linearWeight, linearBias, batch);
    const { loss, gradient } = plainCrossEntropy(logits, targets);

    const linear = plainLinearBackward(gradient, features, linearWeight, batch);
    const gradients = [linear.dWeight, linear.dBias];
    let dy: Float32Array = last.map((_, i) => linear.dx[Math.floor(i / area)] / area);
    for (let i = 3; i >= 0; i--) {
      const { conv, norm, weight } = blocks[i];
      plainReluBackward(dy, i === 3 ? last : inputs[i + 1]);
      const { dx, dWeight, dBias } = norm.backward(dy);
      gradients.unshift(conv.weightGradient(dx, inputs[i]), dWeight, dBias);
      if (i > 0) dy = conv.inputGradient(dx, weight);
    }
    update(gradients);
    return { loss, gradients };
  };
}
