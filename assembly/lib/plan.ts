// A plan is what a kernel needs to know of shapes, where a list of arguments would be too long to read. It is a block
// of int32 words that the host writes. A file …-plan.ts gives each word a name, which is its byte offset; npm run
// build:kernels tells the host their order.

/** Reads a word of a plan. */
export function word(plan: usize, field: usize): i32 {
  return load<i32>(plan + field);
}
