// Colours and dashes that are easy to see on white and on black, also for colour-blind readers.

/** The text's colour, light or dark. */
export const INK = "currentColor";

/** Four of Okabe and Ito's colours, then four more. */
export const COLOURS = [
  ...["#0072b2", "#d55e00", "#009e73", "#cc79a7"],
  ...["#7b5cd6", "#8c6d1f", "#1a9bb8", "#5f7381"],
] as const;

/** The colour of the main subject, and the colour of a choice among many. */
export const [MARKED, CHOSEN] = COLOURS;

/** Two greys for everything else. There are two, so that neighbours look different. */
export const TINTS = ["rgba(128, 128, 128, 0.12)", "rgba(128, 128, 128, 0.38)"] as const;

/** The look of the n-th line: its colour, and a dash if all colours are used already. */
export const lineLook = (n: number) => ({
  color: COLOURS[n % COLOURS.length],
  dashes: (["", "8 5", "2 4", "12 4 2 4"] as const)[Math.floor(n / COLOURS.length) % 4],
});
