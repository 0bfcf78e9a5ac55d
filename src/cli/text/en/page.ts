/** `evenkeel page`. */
export const page = {
  description: "serves the page: see, break, train and choose normalisations in a browser",
  port: (usual: number) => `the port; without it ${usual} or the next free one`,
  host: "the name or address to listen on",
  at: (address: string) => `The page is at ${address} and ${address}zh/`,
  end: "Ctrl-C ends it.",
} as const;
