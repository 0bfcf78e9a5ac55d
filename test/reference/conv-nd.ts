// Convolutions of any number of axes in float64, product by product.

export interface NdGeometry {
  /** [N, C, …] */
  input: readonly number[];
  /** [O, C / groups, …], transposed [C, O / groups, …] */
  weight: readonly number[];
  stride?: readonly number[];
  /** [before, behind] of each axis. */
  sides?: readonly (readonly number[])[];
  outputPadding?: readonly number[];
  dilation?: readonly number[];
  groups?: number;
  transposed?: boolean;
}

function full(g: NdGeometry) {
  const dims = g.input.length - 2;
  const all = (value: number) => new Array<number>(dims).fill(value);
  return {
    stride: all(1),
    sides: all(0).map(() => [0, 0] as readonly number[]),
    outputPadding: all(0),
    dilation: all(1),
    groups: 1,
    ...g,
  };
}

/** The shape of the output. */
export function ndShape(geometry: NdGeometry): number[] {
  const { input, weight, stride, sides, outputPadding, dilation, groups, transposed } =
    full(geometry);
  const image = input.slice(2).map((n, d) => {
    const reach = dilation[d] * (weight[2 + d] - 1) + 1;
    const around = sides[d][0] + sides[d][1];
    return transposed
      ? (n - 1) * stride[d] - around + reach + outputPadding[d]
      : Math.floor((n + around - reach) / stride[d]) + 1;
  });
  return [input[0], transposed ? weight[1] * groups : weight[0], ...image];
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const indexOf = (at: readonly number[], shape: readonly number[]) =>
  at.reduce((index, v, d) => index * shape[d] + v, 0);
export function* places(shape: readonly number[]): Generator<number[]> {
  for (let i = 0; i < size(shape); i++) {
    const at: number[] = [];
    for (let rest = i, d = shape.length - 1; d >= 0; d--) {
      at[d] = rest % shape[d];
      rest = Math.floor(rest / shape[d]);
    }
    yield at;
  }
}

/** Calls visit(output index, input index, weight index) for every product. */
export function products(
  geometry: NdGeometry,
  visit: (y: number, x: number, w: number) => void,
): void {
  const { input, weight, stride, sides, dilation, groups, transposed } = full(geometry);
  const output = ndShape(geometry);
  // Seen from the convolution, which leads from `wide` to `narrow`.
  const [wide, narrow] = transposed ? [output, input] : [input, output];
  const [rows, channels, ...kernel] = weight;
  for (let n = 0; n < input[0]; n++)
    for (let row = 0; row < rows; row++)
      for (const to of places(narrow.slice(2)))
        for (let c = 0; c < channels; c++)
          for (const tap of places(kernel)) {
            const from = to.map((v, d) => v * stride[d] - sides[d][0] + tap[d] * dilation[d]);
            if (from.some((v, d) => v < 0 || v >= wide[2 + d])) continue;
            const channel = Math.floor(row / (rows / groups)) * channels + c;
            const a = indexOf([n, channel, ...from], wide);
            const b = indexOf([n, row, ...to], narrow);
            const w = indexOf([row, c, ...tap], weight);
            visit(transposed ? a : b, transposed ? b : a, w);
          }
}

export function ndConvolution(
  g: NdGeometry,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
): Float64Array {
  const [, rows, ...image] = ndShape(g);
  const y = Float64Array.from(
    { length: size(ndShape(g)) },
    (_, i) => bias[Math.floor(i / size(image)) % rows],
  );
  products(g, (i, j, k) => {
    y[i] += x[j] * weight[k];
  });
  return y;
}

/** The gradients of input, weight and bias. */
export function ndBackward(
  g: NdGeometry,
  dy: ArrayLike<number>,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
): Float64Array[] {
  const [, rows, ...image] = ndShape(g);
  const [dx, dw] = [new Float64Array(size(g.input)), new Float64Array(size(g.weight))];
  const db = new Float64Array(rows);
  for (let i = 0; i < dy.length; i++) db[Math.floor(i / size(image)) % rows] += dy[i];
  products(g, (i, j, k) => {
    dx[j] += dy[i] * weight[k];
    dw[k] += dy[i] * x[j];
  });
  return [dx, dw, db];
}
