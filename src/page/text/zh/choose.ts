export const choose = {
  heading: "选择：我该用哪一种？",
  lead: "回答问题，每个回答都说明理由。",
};
