export const padding = {
  heading: "Padding: zeros that count",
  lead:
    "Sentences of 9 to 16 words become one tensor by zeros behind their ends. Batch norm takes them for words; " +
    "with a mask it does not, and layer norm looks at each word alone. Pad to a greater length and see what moves.",
  length: "Padded to",
  lengthShown: (length: number, share: string) => `${length} (${share} padding)`,
  sentences: "Sentences in a batch",
  batch: "Eight sentences of the batch",
  batchLabel: (length: number, share: string) =>
    `Sentences of 9 to 16 words, padded to ${length}: ${share} of the positions are padding.`,
  norms: ["batch norm", "with a mask", "layer norm"],
  change: "How far padding moves the words' outputs",
  changeOf: (norm: string, change: string) => `${norm} ${change}`,
  changed: (parts: string) => `Now, root mean square: ${parts}.`,
  moments: (mean: string, padded: string, variance: string, paddedVariance: string) =>
    `A feature has mean ${mean} over the words, ${padded} with the zeros; variance ${variance} and ${paddedVariance}.`,
  unrest: (sentences: number, independent: string, alike: string) =>
    `Words of a sentence are alike, so a batch says less than its number of words: from one batch of ${sentences} ` +
    `sentences to the next the mean strays by ${alike}, by ${independent} if all words were independent.`,
};
