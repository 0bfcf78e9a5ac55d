/** The text of src/runtime/kernels.ts. */
export const kernelsSource: string;
