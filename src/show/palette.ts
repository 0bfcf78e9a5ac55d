// Colours and dashes that stand out on white and on black, for colour-blind eyes too.

/** The text's colour, light or dark. */
export const INK = "currentColor";

/** Four of Okabe and Ito's colours; then four more. */
export const COLOURS = [
  ...["#0072b2", "#d55e00", "#009e73", "#cc79a7"],
  ...["#7b5cd6", "#8c6d1f", "#1a9bb8", "#5f7381"],
] as const;

/** What is meant, and what was chosen among many. */
export const [MARKED, CHOSEN] = COLOURS;

/** The greys of what is not meant; two, to tell neighbours apart. */
export const TINTS = ["rgba(128, 128, 128, 0.12)", "rgba(128, 128, 128, 0.38)"] as const;

/** How the n-th of many lines looks: its colour, and where those are used up a dash. */
export const lineLook = (n: number) => ({
  color: COLOURS[n % COLOURS.length],
  type: (["solid", "dashed", "dotted", [12, 3, 2, 3]] as const)[Math.floor(n / COLOURS.length) % 4],
});
