import type { FoldDoubt, FoundNorm, NormInspection, NormVerdictId } from "../files/index.js";

/** What a language says about the norms of a checkpoint. The command and the page both do. */
export interface NormTexts {
  kinds: Record<FoundNorm["kind"], string>;
  /** Each in a word or two, and in a sentence. */
  verdicts: Record<NormVerdictId, readonly [name: string, meaning: string]>;
  files: Record<NormInspection["verdict"], string>;
  /** Why a batch norm cannot be folded. */
  doubts: Record<FoldDoubt, string>;
}
