/** What a language says about a method. Formulas, papers and names in code need no translation. */
export interface MethodTexts {
  title: string;
  statistics: string;
  learned: string;
  defaults: string;
}
