// The residual networks of He et al. 2015, arXiv 1512.03385, with the names and the initial values of torchvision.

import { ReLU } from "../nn/activation.js";
import { Conv2d } from "../nn/conv.js";
import { checkNorm, createNorm, parseNorm } from "../nn/create-norm.js";
import { Flatten } from "../nn/flatten.js";
import { Identity } from "../nn/identity.js";
import type { LayerOptions } from "../nn/init.js";
import { Linear } from "../nn/linear.js";
import { Module } from "../nn/module.js";
import { AdaptiveAvgPool2d, MaxPool2d } from "../nn/pooling.js";
import { Sequential } from "../nn/sequential.js";
import { checkInteger } from "../numbers.js";
import { add } from "../ops/elementwise/add.js";
import { relu } from "../ops/elementwise/relu.js";
import { checkOptions, type Rules } from "../options.js";
import { defaultGenerator } from "../random.js";
import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import type { NormName } from "./norm-resnet.js";

/** Options of `resnet18`, `resnet34` and `resnet50`. */
export interface ResNetOptions extends LayerOptions {
  /** The norm in the place of each batch norm, a spec of `nn.createNorm`; "bn" by default. */
  norm?: NormName;
  /** The length of the output; 1000 by default. */
  numClasses?: number;
}

const rules: Rules<ResNetOptions> = { norm: "string", numClasses: "number", runtime: "Runtime" };

/** Makes the layers of a network. */
interface Maker {
  conv(from: number, to: number, kernel: number, stride?: number): Conv2d;
  norm(channels: number, conv: Conv2d): Module;
  /** Makes a ReLU, or nothing where the norm in front has an activation of its own. */
  relu(): Module;
}

/** Runs layers in a row: neighbours that can go in one pass over memory do. */
const inRow = (x: Tensor, ...layers: Module[]): Tensor => new Sequential(...layers).forward(x);

/** The convolution and norm that bring the input of a block to the shape of its output, where the two differ. */
function shortcut(make: Maker, from: number, to: number, stride: number): Sequential | null {
  if (stride === 1 && from === to) return null;
  const conv = make.conv(from, to, 1, stride);
  return new Sequential(conv, make.norm(to, conv));
}

/** Two 3×3 convolutions beside a shortcut. */
class BasicBlock extends Module {
  static readonly expansion = 1;
  readonly conv1: Conv2d;
  readonly bn1: Module;
  readonly conv2: Conv2d;
  readonly bn2: Module;
  readonly downsample: Sequential | null;
  readonly #relu: Module;

  constructor(make: Maker, from: number, width: number, stride: number) {
    super();
    this.conv1 = make.conv(from, width, 3, stride);
    this.bn1 = make.norm(width, this.conv1);
    this.conv2 = make.conv(width, width, 3);
    this.bn2 = make.norm(width, this.conv2);
    this.downsample = shortcut(make, from, width, stride);
    this.#relu = make.relu();
  }

  forward(x: Tensor): Tensor {
    return this.asOne(() => {
      const { conv1, bn1, conv2, bn2, downsample } = this;
      const branch = inRow(x, conv1, bn1, this.#relu, conv2, bn2);
      return relu(add(branch, downsample?.forward(x) ?? x));
    });
  }
}

/** A 3×3 convolution between two of 1×1, the last of which widens, beside a shortcut. The 3×3 has the stride. */
class Bottleneck extends Module {
  static readonly expansion = 4;
  readonly conv1: Conv2d;
  readonly bn1: Module;
  readonly conv2: Conv2d;
  readonly bn2: Module;
  readonly conv3: Conv2d;
  readonly bn3: Module;
  readonly downsample: Sequential | null;
  readonly #relu: Module;

  constructor(make: Maker, from: number, width: number, stride: number) {
    super();
    this.conv1 = make.conv(from, width, 1);
    this.bn1 = make.norm(width, this.conv1);
    this.conv2 = make.conv(width, width, 3, stride);
    this.bn2 = make.norm(width, this.conv2);
    this.conv3 = make.conv(width, 4 * width, 1);
    this.bn3 = make.norm(4 * width, this.conv3);
    this.downsample = shortcut(make, from, 4 * width, stride);
    this.#relu = make.relu();
  }

  forward(x: Tensor): Tensor {
    return this.asOne(() => {
      const { conv1, bn1, conv2, bn2, conv3, bn3, downsample } = this;
      const inner = inRow(x, conv1, bn1, this.#relu, conv2, bn2, this.#relu);
      return relu(add(inRow(inner, conv3, bn3), downsample?.forward(x) ?? x));
    });
  }
}

type Block = typeof BasicBlock | typeof Bottleneck;

/** A residual network, as `resnet18` and its like make it. */
class ResNet extends Module {
  readonly conv1: Conv2d;
  readonly bn1: Module;
  readonly maxpool = new MaxPool2d(3, { stride: 2, padding: 1 });
  readonly layer1: Sequential;
  readonly layer2: Sequential;
  readonly layer3: Sequential;
  readonly layer4: Sequential;
  readonly avgpool = new AdaptiveAvgPool2d(1);
  readonly fc: Linear;
  readonly #relu: Module;

  constructor(make: Maker, Block: Block, depths: readonly number[], fc: (from: number) => Linear) {
    super();
    const [conv1, bn1, stages, last, stem] = this.asOne(() => {
      const conv = make.conv(3, 64, 7, 2);
      const norm = make.norm(64, conv);
      let from = 64;
      const stages = depths.map((depth, i) => {
        const width = 64 * 2 ** i;
        const blocks = Array.from({ length: depth }, (_, j) => {
          const block = new Block(make, from, width, i > 0 && j === 0 ? 2 : 1);
          from = width * Block.expansion;
          return block;
        });
        return new Sequential(...blocks);
      });
      return [conv, norm, stages, fc(from), make.relu()] as const;
    });
    this.conv1 = conv1;
    this.bn1 = bn1;
    [this.layer1, this.layer2, this.layer3, this.layer4] = stages;
    this.fc = last;
    this.#relu = stem;
  }

  forward(x: Tensor): Tensor {
    return this.asOne(() => {
      const { conv1, bn1, maxpool, layer1, layer2, layer3, layer4, avgpool, fc } = this;
      const stem = inRow(x, conv1, bn1, this.#relu, maxpool);
      return inRow(stem, layer1, layer2, layer3, layer4, avgpool, new Flatten(), fc);
    });
  }
}

export type { ResNet };

/** N(0, 2 / fanOut) of He et al. 2015, arXiv 1502.01852. */
function kaimingNormal({ weight }: Conv2d): void {
  const [to, , ...kernel] = weight.shape;
  const deviation = Math.fround(Math.sqrt(2 / (to * sizeOf(kernel))));
  defaultGenerator.fillNormal(weight);
  const { elements } = weight;
  for (let i = 0; i < elements.length; i++) elements[i] *= deviation;
  weight.written();
}

/** The norms' channels, for a check before anything is made. */
const channelsOf = (Block: Block) =>
  [64, 128, 256, 512].flatMap((width) => [width, width * Block.expansion]);

function resnet(
  name: string,
  Block: Block,
  depths: readonly number[],
  options: ResNetOptions,
): ResNet {
  const { norm = "bn", numClasses = 1000, runtime } = checkOptions(name, options, rules);
  const spec = parseNorm(norm, name);
  checkInteger(name, "numClasses", numClasses, 0);
  for (const channels of channelsOf(Block)) checkNorm(spec, channels, name);
  const fresh: Conv2d[] = [];
  const make: Maker = {
    conv(from, to, kernel, stride = 1) {
      const padding = (kernel - 1) / 2;
      const conv = new Conv2d(from, to, kernel, { stride, padding, bias: false, runtime });
      // torchvision draws these values when all layers are there; a norm of the weight must find them before
      if (spec.weights) kaimingNormal(conv);
      else fresh.push(conv);
      return conv;
    },
    norm: (channels, conv) => createNorm(spec, channels, { conv, runtime }),
    relu: () => (spec.method.activates ? new Identity() : new ReLU()),
  };
  const net = new ResNet(make, Block, depths, (from) => new Linear(from, numClasses, { runtime }));
  for (const conv of fresh) kaimingNormal(conv);
  return net;
}

/**
 * ResNet-18 with any norm. Where the norm has an activation of its own, the ReLU behind it is left out; the one behind
 * each addition stays.
 * @shape x [N, 3, H, W] → [N, numClasses]
 * @throws RangeError for an unknown norm, and for one that cannot have 64, 128, … channels
 * @source He et al. 2015, arXiv 1512.03385; torchvision.models.resnet18
 */
export const resnet18 = (options: ResNetOptions = {}): ResNet =>
  resnet("resnet18", BasicBlock, [2, 2, 2, 2], options);

/**
 * ResNet-34; see `resnet18`.
 * @shape x [N, 3, H, W] → [N, numClasses]
 * @throws RangeError as `resnet18`
 * @source He et al. 2015, arXiv 1512.03385; torchvision.models.resnet34
 */
export const resnet34 = (options: ResNetOptions = {}): ResNet =>
  resnet("resnet34", BasicBlock, [3, 4, 6, 3], options);

/**
 * ResNet-50, with the stride in the 3×3 convolutions; see `resnet18`.
 * @shape x [N, 3, H, W] → [N, numClasses]
 * @throws RangeError as `resnet18`
 * @source He et al. 2015, arXiv 1512.03385; torchvision.models.resnet50
 */
export const resnet50 = (options: ResNetOptions = {}): ResNet =>
  resnet("resnet50", Bottleneck, [3, 4, 6, 3], options);
