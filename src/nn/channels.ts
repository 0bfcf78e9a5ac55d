import { checkTensor } from "../ops/check.js";
import type { Layout } from "../ops/norm/layout.js";
import { show, type Tensor } from "../tensor.js";

/**
 * Refuses input whose channels are not those `layer` was made for (undefined: it does not know), which its operation would call a wrong
 * shape of some weight. They are last, or else the axis `second`; input without such an axis the operation refuses.
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
