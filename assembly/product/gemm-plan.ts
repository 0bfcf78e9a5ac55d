/** The plan of a matrix product c [m, n] = A [m, k] · B [k, n]. */
@unmanaged
export class GemmPlan {
  m: i32;
  n: i32;
  k: i32;
  /** Bytes from one element of A to the next, down a column and along a row. One of the two is 4. */
  rowStride: i32;
  kStride: i32;
  /** Bytes from one row of c to the next. */
  cPitch: i32;
  /** Steps of k whose products are one part of the sum. */
  kPart: i32;
  /** A tile of c: multiples of 4 rows and 8 columns. */
  mTile: i32;
  nTile: i32;
}
