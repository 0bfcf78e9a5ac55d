/**
 * FNV-1a (64 bit) of the weights that `trainedHash` trains, as the package's tests find it on every engine, processor
 * and system.
 */
export const WEIGHTS_HASH = "98e2cf92f6a246ff";
