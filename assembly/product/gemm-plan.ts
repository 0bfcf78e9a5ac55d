// The plan of a matrix product c [m, n] = A [m, k] · B [k, n].
export const M = 0;
export const N = 4;
export const K = 8;
/** Bytes from one element of A to the next, down a column and along a row. One of the two is 4. */
export const ROW_STRIDE = 12;
export const K_STRIDE = 16;
/** Bytes from one row of c to the next. */
export const C_PITCH = 20;
/** Steps of k whose products are one part of the sum. */
export const K_PART = 24;
/** A tile of c: multiples of 4 rows and 8 columns. */
export const M_TILE = 28;
export const N_TILE = 32;
