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
 * Writes max(scale·sum + bias, least) to the planes of `out`. Each element is a sum over the meetings listed under it
 * by `key`, and 0 where nothing meets. `sumOf` gives the term of a meeting in a plane, `channelOf` the plane's channel.
 */
function storePlanes(
  out: Tensor,
  conv: ConvShape,
  key: 0 | 1 | 2,
  sumOf: (plane: number) => (meeting: Meeting) => number,
  { scale, bias, relu }: Epilogue = {},
  channelOf = (_plane: number): number => 0,
): void {
  const { elements } = out;
  const size = areaOf([conv.output, conv.image, conv.kernel][key]);
  const lists = meetingsBy(conv, key);
  for (let at = 0; at < elements.length; at += size) {
    const plane = at / size;
    const sum = sumOf(plane);
    const shift = bias ? bias.elements[channelOf(plane)] : 0;
    const factor = scale ? scale.elements[channelOf(plane)] : 1;
    for (let i = 0; i < size; i++) {
      let total = 0;
      for (const meeting of lists.get(i) ?? []) total += sum(meeting);
      const value = total * factor + shift;
      elements[at + i] = relu && value <= 0 ? 0 : value; // NaN stays
    }
  }
}

/** Σ term(i) for i < n. */
function sumOver(n: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += term(i);
  return total;
}

/** The forward pass: see convForward. */
export function sparseForward(
  conv: ConvShape,
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  after: Epilogue,
): void {
  const { groups, rows, channels } = conv;
  const [pixels, taps] = [conv.image, conv.kernel].map(areaOf);
  const [from, w] = [x.elements, weight.elements];
  const rowOf = (plane: number) => plane % (groups * rows);
  const sumOf = (plane: number) => {
    const first = Math.floor(plane / rows) * channels;
    const filter = rowOf(plane) * channels;
    return ([, i, t]: Meeting) =>
      sumOver(channels, (c) => from[(first + c) * pixels + i] * w[(filter + c) * taps + t]);
  };
  storePlanes(y, conv, 0, sumOf, after, rowOf);
}

/** The gradient of the input: see convInputGradient. */
export function sparseInputGradient(
  conv: ConvShape,
  dx: Tensor,
  dy: Tensor,
  weight: Tensor,
  after: Epilogue,
): void {
  const { groups, rows, channels } = conv;
  const [outputs, taps] = [conv.output, conv.kernel].map(areaOf);
  const [from, w] = [dy.elements, weight.elements];
  const sumOf = (plane: number) => {
    const first = Math.floor(plane / channels) * rows;
    const row = first % (groups * rows);
    const c = plane % channels;
    return ([o, , t]: Meeting) =>
      sumOver(
        rows,
        (m) => from[(first + m) * outputs + o] * w[((row + m) * channels + c) * taps + t],
      );
  };
  storePlanes(dx, conv, 1, sumOf, after, (plane) => plane % (groups * channels));
}

/** The gradient of the weight: see convWeightGradient. */
export function sparseWeightGradient(conv: ConvShape, dw: Tensor, dy: Tensor, x: Tensor): void {
  const { images, groups, rows, channels } = conv;
  const [pixels, outputs] = [conv.image, conv.output].map(areaOf);
  const [left, right] = [dy.elements, x.elements];
  const sumOf = (filter: number) => {
    const row = Math.floor(filter / channels);
    const channel = Math.floor(row / rows) * channels + (filter % channels);
    return ([o, i]: Meeting) =>
      sumOver(
        images,
        (n) =>
          left[(n * groups * rows + row) * outputs + o] *
          right[(n * groups * channels + channel) * pixels + i],
      );
  };
  storePlanes(dw, conv, 2, sumOf);
}
