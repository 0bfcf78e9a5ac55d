export interface PoolGeometry {
  planes: number;
  image: readonly [number, number];
  kernel: readonly [number, number];
  stride: readonly [number, number];
  padding: readonly [number, number];
  dilation?: readonly [number, number];
  ceilMode?: boolean;
}

/**
 * Rows and columns of the output: the number of windows that fit. `ceilMode` adds an incomplete window if it starts
 * inside.
 */
export function poolShape(g: PoolGeometry): [number, number] {
  const { dilation = [1, 1] } = g;
  const side = (d: 0 | 1) => {
    const reach = dilation[d] * (g.kernel[d] - 1) + 1;
    let count = 0;
    for (let at = -g.padding[d]; ; at += g.stride[d], count++) {
      const fits = at + reach <= g.image[d] + g.padding[d];
      const hangs =
        g.ceilMode && at < g.image[d] && at + reach < g.image[d] + g.padding[d] + g.stride[d];
      if (!fits && !hangs) return count;
    }
  };
  return [side(0), side(1)];
}

interface Window {
  /** The indices of the window's elements in x. */
  elements: number[];
  /** The number of the window's positions inside the padded input. */
  positions: number;
}

/** The windows in the order of the output. */
function windows(g: PoolGeometry): Window[] {
  const [h, w] = g.image;
  const { dilation = [1, 1] } = g;
  const [outH, outW] = poolShape(g);
  const list: Window[] = [];
  for (let plane = 0; plane < g.planes; plane++)
    for (let i = 0; i < outH; i++)
      for (let j = 0; j < outW; j++) {
        const window: Window = { elements: [], positions: 0 };
        for (let ky = 0; ky < g.kernel[0]; ky++)
          for (let kx = 0; kx < g.kernel[1]; kx++) {
            const r = i * g.stride[0] - g.padding[0] + ky * dilation[0];
            const c = j * g.stride[1] - g.padding[1] + kx * dilation[1];
            if (r < h + g.padding[0] && c < w + g.padding[1]) window.positions++;
            if (r >= 0 && r < h && c >= 0 && c < w) window.elements.push((plane * h + r) * w + c);
          }
        list.push(window);
      }
  return list;
}

export const maxPool2d = (g: PoolGeometry, x: ArrayLike<number>): Float64Array =>
  Float64Array.from(windows(g), ({ elements }) => Math.max(...elements.map((i) => x[i])));

/** `divisor` is a number, or says what is counted. */
export const avgPool2d = (
  g: PoolGeometry,
  x: ArrayLike<number>,
  divisor: number | "elements" | "positions",
): Float64Array =>
  Float64Array.from(windows(g), ({ elements, positions }) => {
    const sum = elements.reduce((sum, i) => sum + x[i], 0);
    const counted = divisor === "elements" ? elements.length : positions;
    return sum / (typeof divisor === "number" ? divisor : counted);
  });
