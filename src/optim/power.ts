/** base^exponent for an integer exponent ≥ 0, by squaring: products alone, so every engine gets the same bits, unlike Math.pow. */
export function power(base: number, exponent: number): number {
  let result = 1;
  for (let rest = exponent, square = base; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
