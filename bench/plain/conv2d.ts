import { plainMatmul, plainTranspose } from "./matmul.js";

/** A convolution with a square kernel and padding ⌊kernel / 2⌋, as in NormResNet. */
export interface ConvSizes {
  batch: number;
  channels: number;
  height: number;
  width: number;
  outChannels: number;
  kernel: number;
  stride: number;
}

/** The output sizes H′ and W′. */
export const outputSize = ({ height, width, kernel, stride }: ConvSizes): [number, number] => {
  const side = (length: number) =>
    Math.floor((length + 2 * Math.floor(kernel / 2) - kernel) / stride) + 1;
  return [side(height), side(width)];
};

/** A convolution by patches [C·k·k, H′·W′], one image at a time: forward and both gradients are matrix products. */
export class PlainConv {
  readonly y: Float32Array;
  readonly dx: Float32Array;
  readonly dWeight: Float32Array;
  readonly #sizes: ConvSizes;
  readonly #patches: Float32Array;
  readonly #transposed: Float32Array;
  readonly #depth: number;
  readonly #area: number;

  constructor(sizes: ConvSizes) {
    const { batch, channels, height, width, outChannels, kernel } = sizes;
    const [outHeight, outWidth] = outputSize(sizes);
    this.#sizes = sizes;
    this.#depth = channels * kernel * kernel;
    this.#area = outHeight * outWidth;
    this.y = new Float32Array(batch * outChannels * this.#area);
    this.dx = new Float32Array(batch * channels * height * width);
    this.dWeight = new Float32Array(outChannels * this.#depth);
    this.#patches = new Float32Array(this.#depth * this.#area);
    this.#transposed = new Float32Array(Math.max(this.#patches.length, this.dWeight.length));
  }

  forward(x: Float32Array, weight: Float32Array): Float32Array {
    const { batch, outChannels } = this.#sizes;
    for (let n = 0; n < batch; n++) {
      this.#gather(this.#image(x, n));
      const y = this.#output(this.y, n);
      plainMatmul(y, weight, this.#patches, outChannels, this.#area, this.#depth);
    }
    return this.y;
  }

  inputGradient(dy: Float32Array, weight: Float32Array): Float32Array {
    const { batch, outChannels } = this.#sizes;
    plainTranspose(this.#transposed, weight, outChannels, this.#depth);
    for (let n = 0; n < batch; n++) {
      const output = this.#output(dy, n);
      plainMatmul(this.#patches, this.#transposed, output, this.#depth, this.#area, outChannels);
      this.#scatter(this.#image(this.dx, n));
    }
    return this.dx;
  }

  weightGradient(dy: Float32Array, x: Float32Array): Float32Array {
    const { batch, outChannels } = this.#sizes;
    for (let n = 0; n < batch; n++) {
      this.#gather(this.#image(x, n));
      plainTranspose(this.#transposed, this.#patches, this.#depth, this.#area);
      const output = this.#output(dy, n);
      plainMatmul(
        this.dWeight,
        output,
        this.#transposed,
        outChannels,
        this.#depth,
        this.#area,
        n > 0,
      );
    }
    return this.dWeight;
  }

  #image(x: Float32Array, n: number): Float32Array {
    const { channels, height, width } = this.#sizes;
    const size = channels * height * width;
    return x.subarray(n * size, (n + 1) * size);
  }

  #output(y: Float32Array, n: number): Float32Array {
    const size = this.#sizes.outChannels * this.#area;
    return y.subarray(n * size, (n + 1) * size);
  }

  /** patches[c, ky, kx][oy, ox] = image[c][oy·stride + ky − padding][ox·stride + kx − padding], 0 outside. */
  #gather(image: Float32Array): void {
    const { height, width } = this.#sizes;
    const patches = this.#patches;
    this.#eachRow((to, y, firstColumn, columns, stride, plane) => {
      const from = plane + y * width;
      for (let i = 0, column = firstColumn; i < columns; i++, column += stride) {
        const inside = y >= 0 && y < height && column >= 0 && column < width;
        patches[to + i] = inside ? image[from + column] : 0;
      }
    });
  }

  /** The transpose of gather: every patch element is added to the pixel it came from. */
  #scatter(image: Float32Array): void {
    const { height, width } = this.#sizes;
    const patches = this.#patches;
    image.fill(0);
    this.#eachRow((from, y, firstColumn, columns, stride, plane) => {
      if (y < 0 || y >= height) return;
      const to = plane + y * width;
      for (let i = 0, column = firstColumn; i < columns; i++, column += stride) {
        if (column >= 0 && column < width) image[to + column] += patches[from + i];
      }
    });
  }

  /** Visits the rows of the patches, each with the place in the image it comes from. */
  #eachRow(
    visit: (
      patchRow: number,
      y: number,
      firstColumn: number,
      columns: number,
      stride: number,
      plane: number,
    ) => void,
  ): void {
    const { channels, height, width, kernel, stride } = this.#sizes;
    const [outHeight, outWidth] = outputSize(this.#sizes);
    const padding = Math.floor(kernel / 2);
    let row = 0;
    for (let c = 0; c < channels; c++) {
      for (let ky = 0; ky < kernel; ky++) {
        for (let kx = 0; kx < kernel; kx++) {
          for (let oy = 0; oy < outHeight; oy++, row += outWidth) {
            const y = oy * stride + ky - padding;
            visit(row, y, kx - padding, outWidth, stride, c * height * width);
          }
        }
      }
    }
  }
}
