import { TransformerBlock } from "../../src/models/transformer-block.js";
import type { Shape } from "../../src/tensor.js";
import { Net } from "../net.js";
import { input, netRow } from "./net.js";

const sizes = { dModel: 512, nHead: 8, dFF: 2048 };
const eps = 1e-5;

/** The block of Vaswani et al. 2017, arXiv 1706.03762, with its norms after the sums. */
function describe(shape: Shape) {
  const { dModel, nHead, dFF } = sizes;
  const net = new Net();
  const x = net.input("x", shape, input(shape));
  const [q, k, v] = ["w_q", "w_k", "w_v"].map((key) => net.linear(`attn.${key}`, x, dModel));
  const mixed = net.linear("attn.w_o", net.attention(q, k, v, nHead), dModel);
  const first = net.norm("layerNorm", "norm1", net.apply("add", [x, mixed]), dModel, { eps });
  const hidden = net.apply("relu", [net.linear("ffn.linear1", first, dFF)]);
  const sum = net.apply("add", [first, net.linear("ffn.linear2", hidden, dModel)]);
  return { net, result: net.norm("layerNorm", "norm2", sum, dModel, { eps }) };
}

export const transformerBlockRows = [
  netRow({
    name: "TransformerBlock",
    shape: [32, 50, sizes.dModel],
    tiny: [2, 3, sizes.dModel],
    describe,
    ours: (runtime) => new TransformerBlock({ ...sizes, runtime }),
  }),
];
