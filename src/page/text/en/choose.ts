export const choose = {
  heading: "Choose: which one for me?",
  lead: "Answer, and each answer says why.",
};
