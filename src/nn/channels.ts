import { checkTensor } from "../ops/check.js";
import type { Layout } from "../ops/norm/layout.js";
import { show, type Tensor } from "../tensor.js";

/**
 * Throws RangeError if x has another number of channels than `layer` was made for. Without this check, the operation
 * would complain about the shape of a weight. The channels are on the last axis or, in the layout "nchw", on the axis
 * `second`. Two cases are left to the operation: `channels` is undefined, because the layer does not know its number;
 * and x has no such axis.
 */
export function checkChannels(
  layer: object,
  x: Tensor,
  channels: number | undefined,
  layout: Layout = "nchw",
  second = 1,
): void {
  const { name } = layer.constructor;
  checkTensor(name, "input", x);
  const isLast = layout === "nhwc";
  const got = x.shape.at(isLast ? -1 : second);
  if (channels === undefined || got === undefined || got === channels) return;
  const other = x.shape.at(isLast ? second : -1);
  const turned = "layout" in layer && x.shape.length > 2 && other === channels;
  const hint = turned
    ? `; for these channels, make it with layout: "${isLast ? "nchw" : "nhwc"}"`
    : "";
  throw new RangeError(
    `${name}: expected ${channels} channels, got ${got} in input of shape ${show(x.shape)}, layout "${layout}"${hint}`,
  );
}
