// What the kernels are called with. The brands are types alone: at run time all of these are numbers.
declare const brand: unique symbol;

/** A place in linear memory, in bytes. Arithmetic makes a plain number of it: see `behind`. */
export type Address = number & { readonly [brand]: "address" };

/** Any other number: a size, a factor, a flag. */
export type Scalar = number & { readonly [brand]?: never };

/** Where the words of a plan lie, see `Runtime.plan`. */
export type PlanAddress<Name extends string> = Address & { readonly [plan]: Name };
declare const plan: unique symbol;

/** Stands for an array that is not there, such as an absent weight or bias. */
export const NOWHERE = 0 as Address;

/** The address `bytes` bytes behind another. */
export const behind = (start: Address, bytes: number): Address => (start + bytes) as Address;
