// Functions of float64 made of + − × ÷ and √ alone. Engines give different last bits for Math.exp, log, cos and x ** 3.

/** base^exponent for an integer exponent ≥ 0, by squaring. */
export function power(base: number, exponent: number): number {
  let result = 1;
  for (let rest = exponent, square = base; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/** cos(π·x), by a series on a quarter turn. The error is below 1e-15. */
export function cosPi(x: number): number {
  const turn = Math.abs(x) % 2;
  const half = turn > 1 ? 2 - turn : turn;
  const angle = Math.PI * Math.min(half, 1 - half);
  let term = 1;
  let sum = 1;
  for (let k = 2; k <= 26; k += 2) {
    term *= (-angle * angle) / (k * (k - 1));
    sum += term;
  }
  return half > 0.5 ? -sum : sum;
}

/** ln 2 in two parts. The first part has free bits, so that its product with an exponent is exact. */
const LN2 = [0.6931471803691238, 1.9082149292705877e-10];

/** eˣ, by a series around the nearest power of two. The error is below 1.5 ulp if the result is a normal number. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 710) return Infinity;
  if (x < -746) return 0;
  const k = Math.round(x / Math.LN2);
  const rest = x - k * LN2[0] - k * LN2[1];
  let series = 0;
  for (let n = 16; n > 1; n--) series = (rest / n) * (1 + series);
  const half = Math.floor(k / 2); // 2^k itself may be out of range
  return (1 + rest * (1 + series)) * 2 ** half * 2 ** (k - half);
}

/** ⌊log₂ x⌋ of a positive normal number. */
export function exponentOf(x: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return (view.getUint16(0) >> 4) - 1023;
}

/**
 * log₂ x of a positive normal number, by the series of artanh. The error is below 1e-15 times the larger of 1 and |the
 * result|.
 */
export function log2(x: number): number {
  let exponent = exponentOf(x);
  let fraction = x / 2 ** exponent;
  if (fraction > Math.SQRT2) {
    fraction /= 2;
    exponent++;
  }
  const t = (fraction - 1) / (fraction + 1);
  let sum = 0;
  for (let n = 25; n > 0; n -= 2) sum = sum * t * t + 1 / n;
  return exponent + (2 * t * sum) / Math.LN2;
}
