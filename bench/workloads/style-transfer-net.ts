import { StyleTransferNet } from "../../src/models/style-transfer-net.js";
import type { Shape } from "../../src/tensor.js";
import { Net, type Value } from "../net.js";
import { input, netRow } from "./net.js";

const eps = 1e-5;

/** The image transformation net of Johnson et al. 2016, arXiv 1603.08155, with instance norm. */
function describe(shape: Shape) {
  const net = new Net();
  const normed = (y: Value) => net.instanceNorm(y, eps);
  const active = (y: Value) => net.apply("relu", [normed(y)]);
  let y = net.input("x", shape, input(shape));
  y = active(net.conv2d("downsample.0", y, 32, 9));
  y = active(net.conv2d("downsample.3", y, 64, 3, { stride: 2 }));
  y = active(net.conv2d("downsample.6", y, 128, 3, { stride: 2 }));
  for (let i = 0; i < 5; i++) {
    const inner = active(net.conv2d(`residual.${i}.block.0`, y, 128, 3));
    y = net.apply("add", [y, normed(net.conv2d(`residual.${i}.block.3`, inner, 128, 3))]);
  }
  y = active(net.convTranspose2d("upsample.0", y, 64));
  y = active(net.convTranspose2d("upsample.3", y, 32));
  return { net, result: net.apply("tanh", [net.conv2d("upsample.6", y, 3, 9)]) };
}

export const styleTransferNetRows = [
  netRow({
    name: "StyleTransferNet",
    shape: [1, 3, 256, 256],
    tiny: [1, 3, 16, 16],
    describe,
    ours: (runtime) => new StyleTransferNet({ runtime }),
  }),
];
