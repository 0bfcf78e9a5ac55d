export const breakIt = {
  heading: "Break it: who pays?",
  lead: "One number goes wrong. Whose outputs move?",
};
