/** What a page says of a method, beside its formula. */
export interface MethodTexts {
  title: string;
  statistics: string;
  learned: string;
  defaults: string;
}
