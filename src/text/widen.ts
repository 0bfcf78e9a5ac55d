/** Texts of any language: what is a literal in English is any text in another. A key may not be missing or spare. */
export type Widen<T> = T extends string
  ? string
  : T extends (...args: infer Args) => string
    ? (...args: Args) => string
    : { readonly [K in keyof T]: Widen<T[K]> };
