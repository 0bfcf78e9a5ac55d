/**
 * How many rows make a block, whose parameter gradients are summed in float32. The sums of all blocks take
 * 2 / blockRows of the size of x.
 */
export const blockRowsOf = (rows: number): number =>
  Math.min(256, Math.max(4, Math.ceil(rows / 32)));
