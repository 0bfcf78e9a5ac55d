export interface Kernel {
  name: string;
  /** Addresses are of type usize. */
  args: { arg: string; type: string }[];
}

/** The files that the table of contents lists, their paths from assembly/ on and without `.ts`, and the kernels of each. */
export const files: { path: string; kernels: Kernel[] }[];
