/** PyTorch's refusal, and ours, of statistics over a single value. */
export const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && /expected more than 1 /i.test(error.message);
