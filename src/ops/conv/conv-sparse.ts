// Convolutions whose padding is far larger than their image. The few products that are not with zeros are made one at a
// time, in float64, as a patch of the padded image could be of any size.
import type { Tensor } from "../../tensor.js";
import type { Epilogue } from "../product/epilogue.js";
import type { ConvShape } from "./conv-plan.js";

const areaOf = ([height, width]: readonly number[]): number => height * width;

/** Whether the padded image is out of proportion to image and output. */
export function isSparse({ image, padding, output }: ConvShape): boolean {
  const padded = areaOf([0, 1].map((d) => image[d] + 2 * padding[d]));
  return padded > 16 * (areaOf(image) + areaOf(output)) + 2 ** 16;
}

/** Which output pixel meets which image pixel by which tap, each an index in its plane. */
type Meeting = readonly [output: number, image: number, tap: number];

/** The meetings along one axis. */
function meetings({ image, kernel, output, ...conv }: ConvShape, d: 0 | 1): Meeting[] {
  const [stride, padding, dilation] = [conv.stride[d], conv.padding[d], conv.dilation[d]];
  return Array.from({ length: kernel[d] }, (_, tap) => {
    const offset = tap * dilation - padding;
    const first = Math.max(0, Math.ceil(-offset / stride));
    const last = Math.min(output[d] - 1, Math.floor((image[d] - 1 - offset) / stride));
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i): Meeting => {
      const at = first + i;
      return [at, at * stride + offset, tap];
    });
  }).flat();
}

/** All meetings, listed under their output pixel (0), image pixel (1) or tap (2). */
function meetingsBy(conv: ConvShape, key: 0 | 1 | 2): Map<number, Meeting[]> {
  const lists = new Map<number, Meeting[]>();
  const widths = [conv.output[1], conv.image[1], conv.kernel[1]];
  const columns = meetings(conv, 1);
  for (const row of meetings(conv, 0)) {
    for (const column of columns) {
      const both = row.map((y, k) => y * widths[k] + column[k]) as unknown as Meeting;
      const list = lists.get(both[key]);
      if (list) list.push(both);
      else lists.set(both[key], [both]);
    }
  }
  return lists;
}

/**
 * Writes max(scale·sum + bias, least) of a channel to each of the `size` elements from `to` on. The sum is 0 where
 * nothing meets.
 */
function store(
  out: Float32Array,
  to: number,
  size: number,
  lists: Map<number, Meeting[]>,
  sum: (meeting: Meeting) => number,
  { scale, bias, relu }: Epilogue = {},
  channel = 0,
): void {
  const shift = bias ? bias.elements[channel] : 0;
  const factor = scale ? scale.elements[channel] : 1;
  for (let i = 0; i < size; i++) {
    let total = 0;
    for (const meeting of lists.get(i) ?? []) total += sum(meeting);
    const value = total * factor + shift;
    out[to + i] = relu && value <= 0 ? 0 : value; // NaN stays
  }
}

/** The forward pass: see convForward. */
export function sparseForward(
  conv: ConvShape,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  after: Epilogue,
): void {
  const { images, groups, rows, channels } = conv;
  const [pixels, outputs, taps] = [conv.image, conv.output, conv.kernel].map(areaOf);
  const [to, from, w] = [y.elements, x.elements, weight.elements];
  const lists = meetingsBy(conv, 0);
  for (let plane = 0; plane < images * groups * rows; plane++) {
    const row = plane % (groups * rows);
    const first = Math.floor(plane / rows) * channels;
    const sum = ([, i, t]: Meeting): number => {
      let total = 0;
      for (let c = 0; c < channels; c++)
        total += from[(first + c) * pixels + i] * w[(row * channels + c) * taps + t];
      return total;
    };
    store(to, plane * outputs, outputs, lists, sum, after, row);
  }
}

/** The gradient of the input: see convInputGradient. */
export function sparseInputGradient(
  conv: ConvShape,
  dx: Tensor,
  dy: Tensor,
  weight: Tensor,
  after: Epilogue,
): void {
  const { images, groups, rows, channels } = conv;
  const [pixels, outputs, taps] = [conv.image, conv.output, conv.kernel].map(areaOf);
  const [to, from, w] = [dx.elements, dy.elements, weight.elements];
  const lists = meetingsBy(conv, 1);
  for (let plane = 0; plane < images * groups * channels; plane++) {
    const set = Math.floor(plane / channels);
    const c = plane % channels;
    const group = set % groups;
    const sum = ([o, , t]: Meeting): number => {
      let total = 0;
      for (let m = 0; m < rows; m++)
        total +=
          from[(set * rows + m) * outputs + o] * w[((group * rows + m) * channels + c) * taps + t];
      return total;
    };
    store(to, plane * pixels, pixels, lists, sum, after, group * channels + c);
  }
}

/** The gradient of the weight: see convWeightGradient. */
export function sparseWeightGradient(conv: ConvShape, dw: Tensor, dy: Tensor, x: Tensor): void {
  const { images, groups, rows, channels } = conv;
  const [pixels, outputs, taps] = [conv.image, conv.output, conv.kernel].map(areaOf);
  const [to, left, right] = [dw.elements, dy.elements, x.elements];
  const lists = meetingsBy(conv, 2);
  for (let filter = 0; filter < groups * rows * channels; filter++) {
    const row = Math.floor(filter / channels);
    const channel = Math.floor(row / rows) * channels + (filter % channels);
    const sum = ([o, i]: Meeting): number => {
      let total = 0;
      for (let n = 0; n < images; n++)
        total +=
          left[(n * groups * rows + row) * outputs + o] *
          right[(n * groups * channels + channel) * pixels + i];
      return total;
    };
    store(to, filter * taps, taps, lists, sum);
  }
}
