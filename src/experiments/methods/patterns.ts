// The patterns that many methods use. They are only literals, so that a bundle without the table leaves them out.
import type { Pattern } from "../sets.js";

/** Each channel over the whole batch. */
export const perChannel: Pattern = { samples: "all", channels: "each", positions: "all" };
/** Each channel of each sample. */
export const perPlane: Pattern = { samples: "each", channels: "each", positions: "all" };
/** A group of channels of each sample. */
export const perGroup: Pattern = { samples: "each", channels: "group", positions: "all" };
/** Each sample as a whole. */
export const perSample: Pattern = { samples: "each", channels: "all", positions: "all" };
/** The channels of each position, or the features of each token. */
export const perPosition: Pattern = { samples: "each", channels: "all", positions: "each" };
