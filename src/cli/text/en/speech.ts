/** What is English in the library, and stays so here. */
export const speech = {
  error: (message: string) => message,
  stage: (name: string) => name,
  told: (text: string) => text,
} as const;
